# Independent answers from R: base R and the package survey. Run: Rscript r_survey.R > r_survey.json
# The respondents are made by arithmetic, not drawn, so that the file comes out the same on every machine.
suppressPackageStartupMessages(library(survey))
options(digits = 17)

number <- function(x) ifelse(is.na(x), "null", formatC(x, digits = 17, format = "g"))
one <- function(name, value) sprintf('  "%s": %s', name, number(unname(value)))
several <- function(name, values) sprintf('  "%s": [%s]', name, paste(number(unname(as.vector(values))), collapse = ", "))

n <- 120
i <- seq_len(n)
role <- 1 + (i * 7) %% 3
region <- 1 + (i * 5 + i %/% 7) %% 4
answer <- 1 + (i * i + role + i %/% 11) %% 3
score <- c(1, 3, 7)[answer] + (i %% 5) / 2
weight <- c(0.5, 1.25, 2)[role] * c(1, 0.75, 1.5, 1.125)[region]
weight <- weight * n / sum(weight)
people <- data.frame(role = factor(role), region = factor(region), answer = factor(answer), score, weight)

plain <- svydesign(ids = ~1, data = people, weights = ~rep(1, n))
weighted <- svydesign(ids = ~1, data = people, weights = ~weight)
limited <- svydesign(ids = ~1, data = people, fpc = ~rep(300, n))

share <- svymean(~answer, weighted)
by_role <- svyby(~answer, ~role, weighted, svymean)
mean_score <- svymean(~score, weighted)
plain_mean <- svymean(~score, plain)
limited_share <- svymean(~answer, limited)
f_test <- svychisq(~answer + region, weighted, statistic = "F")
table_seen <- table(people$answer, people$region)
pearson <- chisq.test(table_seen, correct = FALSE)
exact <- fisher.test(matrix(c(31, 20, 9, 20), 2))
wide <- matrix(c(3, 1, 0, 2, 4, 1, 0, 2, 5), 3)
exact_wide <- fisher.test(wide)
welch <- t.test(people$score[people$role == 1], people$score[people$role == 3])
wilson <- prop.test(31, 51, correct = FALSE)$conf.int
effective <- sum(weight)^2 / sum(weight^2)
wilson_weighted <- prop.test(coef(share)[1] * effective, effective, correct = FALSE)$conf.int
n_corrected <- 116 * (569 - 1) / (569 - 116)
wilson_limited <- prop.test(0.65 * n_corrected, n_corrected, correct = FALSE)$conf.int

targets <- list(role = c(50, 30, 40), region = c(20, 45, 25, 30))
raked <- rake(plain, list(~role, ~region),
  list(data.frame(role = factor(1:3), Freq = targets$role), data.frame(region = factor(1:4), Freq = targets$region)),
  control = list(maxit = 500, epsilon = 1e-12))
p_values <- c(0.01, 0.04, 0.03, 0.005, 0.2, 0.011)

cat("{\n")
cat(paste(c(
  sprintf('  "made_with": "%s, survey %s"', R.version.string, packageVersion("survey")),
  several("role", role), several("region", region), several("answer", answer), several("score", score),
  several("weight", weight),
  several("share", coef(share)), several("share_by_role", t(as.matrix(by_role[, 2:4]))),
  one("mean", coef(mean_score)), one("variance", coef(svyvar(~score, weighted))),
  one("plain_mean", coef(plain_mean)), one("plain_error", SE(plain_mean)),
  one("plain_variance", coef(svyvar(~score, plain))),
  several("limited_error", SE(limited_share)),
  one("effective_base", effective),
  one("f_statistic", f_test$statistic), one("f_df", f_test$parameter[1]), one("f_df2", f_test$parameter[2]),
  one("f_p", f_test$p.value),
  one("pearson_statistic", pearson$statistic), one("pearson_df", pearson$parameter), one("pearson_p", pearson$p.value),
  one("fisher_p", exact$p.value), several("wide_table", wide), one("fisher_wide_p", exact_wide$p.value),
  one("welch_t", welch$statistic), one("welch_df", welch$parameter), one("welch_p", welch$p.value),
  several("wilson", wilson), several("wilson_weighted", wilson_weighted), several("wilson_limited", wilson_limited),
  several("target_role", targets$role), several("target_region", targets$region),
  several("raked", weights(raked)),
  several("p_values", p_values), several("holm", p.adjust(p_values, "holm")), several("bh", p.adjust(p_values, "BH")),
  several("quartiles", quantile(score, c(0.25, 0.5, 0.75), type = 2))
), collapse = ",\n"))
cat("\n}\n")
