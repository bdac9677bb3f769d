"""The database refuses to change or delete a line of the audit log."""

from django.db import migrations

from barometer.accounts.audit import guard_statements, let_go_statements


def guard(apps, schema_editor):
    for statement in guard_statements(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def let_go(apps, schema_editor):
    for statement in let_go_statements(schema_editor.connection.vendor):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_second_factor_and_audit")]

    operations = [migrations.RunPython(guard, let_go)]
