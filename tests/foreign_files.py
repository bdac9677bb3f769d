"""Files of other programs, made by the tests: an XLSForm workbook, a LimeSurvey structure old and new."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

Sheets = Mapping[str, Sequence[Sequence[Any]]]


def workbook(sheets: Sheets) -> bytes:
    """An .xlsx with these cells."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return stream.getvalue()


def table(name: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """One table of a LimeSurvey dump, in its own way of writing it."""
    rows = list(rows)
    fields = dict.fromkeys(column for row in rows for column in row)
    header = "".join(f"   <fieldname>{field}</fieldname>\n" for field in fields)
    body = "".join(f"   <row>\n{''.join(_cell(*cell) for cell in row.items())}   </row>\n" for row in rows)
    return f" <{name}>\n  <fields>\n{header}  </fields>\n  <rows>\n{body}  </rows>\n </{name}>\n"


def _cell(name: str, value: Any) -> str:
    return f"    <{name}/>\n" if value in (None, "") else f"    <{name}><![CDATA[{value}]]></{name}>\n"


def dump(tables: Iterable[str], *, kind: str = "Survey", language: str = "en") -> bytes:
    """A LimeSurvey file of these tables."""
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<document>\n <LimeSurveyDocType>{kind}</LimeSurveyDocType>\n'
    spoken = f" <DBVersion>620</DBVersion>\n <languages>\n  <language>{escape(language)}</language>\n </languages>\n"
    return (head + spoken + "".join(tables) + "</document>\n").encode()


SID = 482913

GROUPS = [
    {"gid": 11, "name": "About <em>your</em> CCG", "order": 0, "relevance": "1", "about": "<p>First, the facts.</p>"},
    {"gid": 12, "name": "Money", "order": 1, "relevance": 'ROLE.NAOK == "A1" or ROLE.NAOK == "A2"', "about": ""},
    {"gid": 13, "name": "Left out", "order": 2, "relevance": "1", "about": ""},
]

# qid, gid, type, code, text, mandatory, other, relevance; in the order they are asked
QUESTIONS = [
    (101, 11, "L", "ROLE", "What is your role?", "Y", "N", "1"),
    (102, 11, "M", "WAYS", "Which of these do you use?", "N", "Y", "1"),
    (103, 11, "F", "LIKELY", "<p>How <strong>likely</strong> is each?</p>", "N", "N", 'WAYS_SQ001.NAOK == "Y"'),
    (104, 12, "N", "SPEND", "How much will you spend?", "Y", "N", "((!is_empty(ROLE.NAOK)))"),
    (105, 12, "R", "ORDER", "Put these in order", "N", "N", '((LIKELY_SQ001.NAOK == "A2" && !(ROLE == "A3")))'),
    (106, 12, "T", "WHY", "Why?", "N", "N", "!is_empty(SPEND.NAOK)"),
    (107, 12, "S", "WORD", "In a word?", "N", "N", "SPEND.NAOK > 5"),
    (108, 12, "X", "NOTE", "Nearly done.", "N", "N", "1"),
    (109, 12, "5", "FIVE", "How good is it?", "N", "N", f'{SID}X11X101.NAOK == "A1"'),
    (110, 12, "Y", "SURE", "Are you sure?", "N", "N", "FIVE.NAOK >= 4"),
    (111, 12, "K", "STAFF", "How many staff?", "N", "N", "SURE == 'Y'"),
    (112, 12, "O", "BEST", "Which is best?", "N", "N", "1"),
    (113, 12, "E", "TREND", "What will happen to each?", "N", "N", "1"),
    (114, 13, "D", "WHEN", "When?", "N", "N", "1"),
    (115, 13, "1", "DUAL", "Both?", "N", "N", "1"),
    (116, 13, "L", "SECRET", "Hidden?", "N", "N", "1"),
    (117, 13, "L", "LAST", "Anything else?", "N", "N", 'regexMatch("/x/", WHY.NAOK)'),
]

# qid of the question, code, words
PARTS = [
    (102, "SQ001", "Alliance"),
    (102, "SQ002", "Merger"),
    (102, "SQ003", "None of these"),
    (103, "SQ001", "Pool &amp; share"),
    (103, "SQ002", "Split"),
    (111, "GP", "GPs"),
    (111, "OTHER", "Others"),
    (113, "BEDS", "Beds"),
    (113, "JOBS", "Jobs"),
]
ANSWERS = [
    (101, "A1", "CCG chair"),
    (101, "A2", "Accountable officer"),
    (101, "A3", "Other"),
    (103, "A1", "Unlikely"),
    (103, "A2", "Likely"),
    (103, "DK", "Don't know"),
    (105, "A1", "Beds"),
    (105, "A2", "Staff"),
    (105, "A3", "Drugs"),
    (112, "A1", "This"),
    (112, "A2", "That"),
    (116, "A1", "Yes"),
    (117, "A1", "Yes"),
    (117, "A2", "No"),
]
ATTRIBUTES = [
    (104, "min_num_value_n", "0"),
    (104, "max_num_value_n", "900"),
    (104, "suffix", "£m"),
    (102, "exclude_all_others", "SQ003"),
    (103, "random_order", "1"),
    (106, "em_validation_q", "strlen(self) > 5"),
    (116, "hidden", "1"),
]
WELSH = "Cwestiwn"


def structure(*, old: bool = False) -> bytes:
    """A LimeSurvey structure with list, multiple, array, numeric, ranking, text and more, and relevance equations.

    In two languages. `old` writes it as version 3 did, words in the tables themselves; ranking by answers. Otherwise
    words stand in tables of their own, and what is ranked is a subquestion.
    """
    ranked = [row for row in ANSWERS if row[0] == 105]
    answers = ANSWERS if old else [row for row in ANSWERS if row[0] != 105]
    parts = PARTS if old else [*PARTS, *ranked]
    numbered = {part: 900 + place for place, part in enumerate(parts)}
    return dump(
        [
            *_answers(answers, old=old),
            *_groups(old=old),
            *_questions(numbered, old=old),
            table(
                "question_attributes",
                [{"qid": q, "attribute": a, "value": v, "language": ""} for q, a, v in ATTRIBUTES],
            ),
            table("surveys", [{"sid": SID, "language": "en", "additional_languages": "cy"}]),
            table(
                "surveys_languagesettings",
                [
                    {"surveyls_survey_id": SID, "surveyls_language": "cy", "surveyls_title": WELSH},
                    {
                        "surveyls_survey_id": SID,
                        "surveyls_language": "en",
                        "surveyls_title": "CCG leaders &amp; money",
                    },
                ],
            ),
            table("quota", [{"id": 1, "sid": SID, "name": "Chairs"}]),
        ]
    )


def _answers(answers: list[tuple[int, str, str]], *, old: bool) -> list[str]:
    rows, spoken = [], []
    for place, (qid, code, words) in enumerate(answers):
        row = {"aid": place, "qid": qid, "code": code, "sortorder": place, "assessment_value": 0, "scale_id": 0}
        if old:
            del row["aid"]
            rows += [
                {**row, "answer": text, "language": language} for language, text in (("en", words), ("cy", WELSH))
            ]
        else:
            rows.append(row)
            spoken += [{"aid": place, "answer": t, "language": spoke} for spoke, t in (("cy", WELSH), ("en", words))]
    return [table("answers", rows), *([] if old else [table("answer_l10ns", spoken)])]


def _groups(*, old: bool) -> list[str]:
    rows, spoken = [], []
    for group in reversed(GROUPS):
        row = {"gid": group["gid"], "sid": SID, "group_order": group["order"], "grelevance": group["relevance"]}
        english = {"group_name": group["name"], "description": group["about"], "language": "en"}
        welsh = {"group_name": WELSH, "description": "", "language": "cy"}
        rows += [{**row, **english}, {**row, **welsh}] if old else [row]
        spoken += [{"gid": group["gid"], **each} for each in (welsh, english)]
    return [table("groups", rows), *([] if old else [table("group_l10ns", spoken)])]


def _questions(numbered: Mapping[tuple[int, str, str], int], *, old: bool) -> list[str]:
    questions, parts, spoken = [], [], []
    for order, (qid, gid, kind, code, text, mandatory, other, relevance) in enumerate(QUESTIONS):
        row = {"qid": qid, "parent_qid": 0, "sid": SID, "gid": gid, "type": kind, "title": code, "other": other}
        row |= {"mandatory": mandatory, "question_order": order, "scale_id": 0, "relevance": relevance}
        hint = "To the nearest million" if code == "SPEND" else ""
        questions += _spoken(row, text, hint) if old else [row]
        spoken += [{"qid": qid, **words} for words in _words(text, hint)]
    for order, ((qid, code, text), number) in enumerate(numbered.items()):
        row = {"qid": number, "parent_qid": qid, "sid": SID, "title": code, "question_order": order, "scale_id": 0}
        parts += _spoken(row, text, "") if old else [row]
        spoken += [{"qid": number, **words} for words in _words(text, "")]
    tables = [table("questions", questions), table("subquestions", parts)]
    return [*tables, *([] if old else [table("question_l10ns", spoken)])]


def _words(text: str, hint: str) -> list[dict[str, str]]:
    return [
        {"question": WELSH, "help": "", "language": "cy"},
        {"question": text, "help": hint, "language": "en"},
    ]


def _spoken(row: dict[str, Any], text: str, hint: str) -> list[dict[str, Any]]:
    return [{**row, **words} for words in _words(text, hint)]
