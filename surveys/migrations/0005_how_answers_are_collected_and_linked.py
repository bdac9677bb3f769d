from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveys", "0004_the_words_and_comments_of_a_wave")]

    operations = [
        migrations.AddField(
            model_name="wave",
            name="linkage",
            field=models.BooleanField(
                default=False,
                help_text="Who answers this wave and the next is counted together: who changed their mind.",
            ),
        ),
        migrations.AddField(
            model_name="wave",
            name="mode",
            field=models.CharField(
                choices=[
                    ("online", "Online"),
                    ("paper", "On paper"),
                    ("telephone", "By telephone"),
                    ("face_to_face", "Face to face"),
                    ("mixed", "In several ways"),
                ],
                default="online",
                max_length=12,
            ),
        ),
    ]
