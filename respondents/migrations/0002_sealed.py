import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("respondents", "0001_initial"),
        ("surveys", "0005_how_answers_are_collected_and_linked"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sealed",
            fields=[
                ("mark", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("box", models.BinaryField()),
                ("receipt_hash", models.CharField(blank=True, max_length=64)),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="surveys.wave"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["wave"], name="respondents_wave_id_e2f446_idx"),
                    models.Index(fields=["receipt_hash"], name="respondents_receipt_9c0206_idx"),
                ],
            },
        ),
    ]
