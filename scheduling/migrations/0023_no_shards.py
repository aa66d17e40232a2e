from collections import Counter

from django.db import migrations

SUMS = ("classes_created", "students_processed", "teachers_processed", "progress_done", "queries")


def add_up_shards(apps, schema_editor):
    """Write what the shards of a run under way have committed to the run: its own row lags behind.

    The run is taken over as any run whose process has ended, and the next one completes its work.
    """
    runs = apps.get_model("scheduling", "JobRun").objects.using(schema_editor.connection.alias)
    for run in runs.filter(state="running", shard_count__gt=0).prefetch_related("shards"):
        shards = run.shards.all()
        counts = Counter()
        for shard in shards:
            counts.update(shard.counts)
        run.counts = dict(sorted(counts.items()))
        for name in SUMS:
            setattr(run, name, sum(getattr(shard, name) for shard in shards))
        run.progress_total = sum(s.progress_total for s in shards if s.kind == "parallel")
        run.progress_done = min(run.progress_done, run.progress_total)
        run.save(update_fields=["counts", "progress_total", *SUMS])


class Migration(migrations.Migration):

    dependencies = [
        ("scheduling", "0022_chargeable"),
    ]

    operations = [
        migrations.RunPython(add_up_shards, migrations.RunPython.noop),
        migrations.DeleteModel(name="JobShard"),
        migrations.RemoveField(model_name="jobrun", name="shard_count"),
        migrations.RemoveField(model_name="jobrun", name="health_issues"),
    ]
