"""The actions that change threads, comments and terms. Each is one transaction; emails leave after it has committed."""

from broadsheet.discussion.actions.importing import ImportedComment, import_comments
from broadsheet.discussion.actions.leaving import expire_comment, withdraw_comment
from broadsheet.discussion.actions.reviewing import Reviewed, apply_review
from broadsheet.discussion.actions.terms import purge_terms
from broadsheet.discussion.actions.verifying import answer_for_comments, verify_by_code, verify_comment
from broadsheet.discussion.actions.writing import Submission, hasten_confirmation, resend_confirmation, submit_comment

__all__ = [
    "ImportedComment",
    "Reviewed",
    "Submission",
    "answer_for_comments",
    "apply_review",
    "expire_comment",
    "hasten_confirmation",
    "import_comments",
    "purge_terms",
    "resend_confirmation",
    "submit_comment",
    "verify_by_code",
    "verify_comment",
    "withdraw_comment",
]
