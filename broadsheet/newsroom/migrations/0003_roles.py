"""Makes the groups Reporter and Editor and says what each may do in the newsroom."""

from typing import Any

from django.db import migrations

WHOLE = ("add", "change", "delete", "view")
# Rights on models: (app, model) → what Reporter, what Editor may do.
RIGHTS = {
    ("newsroom", "author"): (("add", "change", "view"), WHOLE),
    ("newsroom", "paper"): ((), ("change",)),
    ("donations", "donationappeal"): ((), ("change",)),
    ("discussion", "terms"): ((), ("add", "view")),
    ("wagtailredirects", "redirect"): ((), WHOLE),
    ("wagtailadmin", "admin"): (("access",), ("access",)),
}
PAGES = (("add",), ("add", "change", "publish", "bulk_delete", "lock", "unlock"))
PHOTOS = (("add", "choose"), ("add", "change", "delete", "choose"))


def permission(apps: Any, app: str, model: str, verb: str) -> Any:
    """Finds the permission, or makes it: at this point of a first migration it may not be there yet."""
    kind, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(app_label=app, model=model)
    found, _ = apps.get_model("auth.Permission").objects.get_or_create(
        content_type=kind, codename=f"{verb}_{model}", defaults={"name": f"Can {verb.replace('_', ' ')} {model}"}
    )
    return found


def make_roles(apps: Any, schema_editor: Any) -> None:
    """Replaces Wagtail's two groups by the newsroom's."""
    group = apps.get_model("auth.Group")
    group.objects.filter(name__in=["Moderators", "Editors"]).delete()
    root = apps.get_model("wagtailcore.Page").objects.get(depth=1)
    collection = apps.get_model("wagtailcore.Collection").objects.get(depth=1)
    for place, name in enumerate(["Reporter", "Editor"]):
        role, _ = group.objects.get_or_create(name=name)
        for (app, model), verbs in RIGHTS.items():
            role.permissions.add(*[permission(apps, app, model, verb) for verb in verbs[place]])
        for verb in PAGES[place]:
            right = permission(apps, "wagtailcore", "page", verb)
            apps.get_model("wagtailcore.GroupPagePermission").objects.get_or_create(group=role, page=root, permission=right)
        for verb in PHOTOS[place]:
            right = permission(apps, "wagtailimages", "image", verb)  # Wagtail asks for these, whatever the model
            apps.get_model("wagtailcore.GroupCollectionPermission").objects.get_or_create(
                group=role, collection=collection, permission=right
            )
    make_editors_approve(apps, group.objects.get(name="Editor"))


def make_editors_approve(apps: Any, editors: Any) -> None:
    """What a reporter submits goes to the editors."""
    task = apps.get_model("wagtailcore.GroupApprovalTask").objects.first()
    workflow = apps.get_model("wagtailcore.Workflow").objects.first()
    if task and workflow:
        task.groups.set([editors])
        apps.get_model("wagtailcore.Task").objects.filter(pk=task.pk).update(name="An editor reads it")
        apps.get_model("wagtailcore.Workflow").objects.filter(pk=workflow.pk).update(name="An editor reads it")


class Migration(migrations.Migration):
    dependencies = [
        ("newsroom", "0002_front_page"),
        ("donations", "0001_initial"),
        ("discussion", "0002_initial"),
        ("wagtailredirects", "0008_add_verbose_name_plural"),
        ("wagtailadmin", "0005_editingsession_is_editing"),
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
