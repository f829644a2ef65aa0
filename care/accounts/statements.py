"""What is asked about codes and proofs, through indexes. Of codes only the last days of one number or conversation."""

from __future__ import annotations

from sqlalchemy import bindparam, false, func, select, update

from care.accounts.rules import CODE_TRIES
from care.accounts.tables import Binding, ChannelUser, KnownConversation, Proof, SmsCode

_recent = SmsCode.sent_at > bindparam("since")
_sent_here = SmsCode.conversation_id == bindparam("conversation")
_sent_to_number = SmsCode.phone_index == bindparam("number")

#: The columns are the fields of care.accounts.rules.Sent; `user` may be None.
SENT_TO_NUMBER = (
    select(
        SmsCode.sent_at,
        SmsCode.purpose,
        _sent_here,
        func.coalesce(KnownConversation.channel_user_id == bindparam("user"), false()),
    )
    .outerjoin(KnownConversation, KnownConversation.conversation_id == SmsCode.conversation_id)
    .where(_sent_to_number, _recent)
)

SENT_BY_CONVERSATION = select(SmsCode.sent_at).where(_sent_here, _recent)

#: The only one that can still be good.
NEWEST = select(SmsCode).where(_sent_to_number, _sent_here, _recent).order_by(SmsCode.id.desc()).limit(1)

#: When the last wrong try was made of each (`check_code` ends the code then).
USED_UP = select(SmsCode.expires_at).where(_sent_to_number, _sent_here, _recent, SmsCode.failures >= CODE_TRIES)

_of_conversation = Proof.conversation_id == bindparam("conversation")
_is_open = (Proof.expires_at > bindparam("now")) & Proof.ended_at.is_(None)

PROOFS = (
    select(Proof)
    .where(_of_conversation, _is_open, Proof.purpose == bindparam("purpose"))
    .order_by(Proof.proved_at.desc(), Proof.id.desc())
)

END_PROOFS = update(Proof).where(_of_conversation, _is_open).values(ended_at=bindparam("now"))

END_PROOFS_OF_NUMBER = END_PROOFS.where(Proof.phone_index == bindparam("number"), Proof.proved_at <= bindparam("since"))

#: A number that was somebody else's once here stays so.
OPENED_FOR_ANOTHER = (
    select(Proof.id).where(_of_conversation, Proof.phone_index == bindparam("number"), Proof.binds.is_(False)).limit(1)
)

#: Also when it is over.
PHONE_OF_PROOF = select(Proof.phone).where(_of_conversation, Proof.id == bindparam("id"))

_known = (KnownConversation.conversation_id == bindparam("conversation")) & (KnownConversation.until > bindparam("now"))

USER = select(KnownConversation.channel_user_id).where(_known)

USER_BY_NAME = select(ChannelUser.id).where(
    ChannelUser.channel == bindparam("channel"), ChannelUser.user_index == bindparam("index")
)

KNOWN_UNTIL = (
    select(KnownConversation.until)
    .join(ChannelUser, ChannelUser.id == KnownConversation.channel_user_id)
    .where(
        KnownConversation.conversation_id == bindparam("conversation"),
        ChannelUser.channel == bindparam("channel"),
        ChannelUser.user_index == bindparam("index"),
    )
)

BINDINGS = (
    select(Binding, KnownConversation.until)
    .join(KnownConversation, KnownConversation.channel_user_id == Binding.channel_user_id)
    .where(_known, Binding.expires_at > bindparam("now"), Binding.ended_at.is_(None))
)

#: To whom a number is bound, if to the one who writes here.
USER_WITH_NUMBER = BINDINGS.with_only_columns(Binding.channel_user_id).where(Binding.phone_index == bindparam("number"))

IS_SENIOR = select(ChannelUser.is_senior).where(ChannelUser.id.in_(USER))

#: Also when it is over; not when the login is.
PHONE_OF_BINDING = select(Binding.phone).where(Binding.channel_user_id.in_(USER), Binding.id == bindparam("id"))

END_BINDING = (
    update(Binding)
    .where(
        Binding.channel_user_id.in_(USER),
        Binding.phone_index == bindparam("number"),
        Binding.bound_at <= bindparam("since"),
        Binding.ended_at.is_(None),
    )
    .values(ended_at=bindparam("now"))
)

UNBIND = (
    update(Binding)
    .where(
        Binding.channel_user_id.in_(USER),
        Binding.phone_index == bindparam("number"),
        Binding.ended_at.is_(None),
    )
    .values(ended_at=bindparam("now"))
    .returning(Binding.id)
)

FORGET_USER = (
    update(KnownConversation).where(_known).values(until=bindparam("now")).returning(KnownConversation.channel_user_id)
)
