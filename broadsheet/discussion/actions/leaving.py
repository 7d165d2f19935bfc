"""The ways in which a comment leaves without a decision of the desk."""

from django.db import transaction

from broadsheet.discussion.actions.moves import delete_unverified, lock_comment, move_comment
from broadsheet.discussion.models import Comment
from broadsheet.discussion.states import Move


def withdraw_comment(comment: Comment) -> Comment:
    """Withdraw a comment at its author's wish. Raises InvalidTransition for a comment that is gone already."""
    with transaction.atomic(durable=True):
        comment = lock_comment(comment)
        move_comment(comment, Move.WITHDRAW)
        comment.save()
        return comment


def expire_comment(comment: Comment) -> Comment:
    """Delete the text and the address of a comment that was not confirmed in time. Raises InvalidTransition."""
    with transaction.atomic(durable=True):
        # Without its address: one that cannot be decrypted has to go as well.
        comment = Comment.objects.select_for_update().defer("address").get(pk=comment.pk)
        delete_unverified(comment, Move.EXPIRE)
        return comment
