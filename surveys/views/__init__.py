"""The desk's pages about the questionnaire: the wave file, the times, opening and closing."""
