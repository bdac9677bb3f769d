"""The frozen questionnaire and the way through it. Pure: values in, values out, no Django."""
