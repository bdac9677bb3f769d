"""A template filter for words with the small Markdown of the questionnaire, where there is no room for its marks."""

from django import template

from surveys.markdown import plain_text

register = template.Library()

register.filter("plain", plain_text)
