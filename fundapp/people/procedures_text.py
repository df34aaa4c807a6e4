"""The first text of the operating procedures, as it is offered for adoption.

It becomes the first version in the database; an administrator adopts it as it is, or after the charity has changed it, and everybody
with an account accepts the version that holds. From then on the rows say what holds, and this text is only where they began. Like
everything that rows say, it is no entry of the catalogue.

Plain text: blocks are parted by an empty line. A block that begins with "# " is a heading, one whose lines begin with "- " is a list,
any other is a paragraph. What stands in [square brackets] the charity fills in before it adopts the text.
"""

from __future__ import annotations

TEXT = """\
The Changing Lives Fund removes small, practical obstacles for people living complex lives: a phone, a birth certificate, a furniture \
pack. It is easy to reach, and it can be accounted for. These procedures say how we keep it so. Everybody who has an account accepts \
them, and accepts them again when they change.

# What everybody undertakes

- Nobody is a case. A person asks, with a goal of their own, in their own words. We speak and write as if they stood beside us.
- My account is mine alone. I do not lend it, share its password or its second factor, or sign in for anybody else.
- I sign out on a device that others use, and lock my own.
- If I lose my phone or laptop, or think that somebody else was in my account, I tell an administrator at once, at any hour. Nobody is \
blamed for telling.
- I look at what my work needs, and at nothing out of curiosity. What I open is written down, and I may be asked why.
- I am in nobody's pay for what I ask, decide or pay here. I take no gift for it.

# What not to write

The Fund knows a person by a code. Which code is whose stands in the key worker's own case notes, and nowhere here.

- No names, addresses, telephone numbers, dates of birth or account numbers: not theirs, not their family's, not a neighbour's.
- Nothing about health, drugs, alcohol, offences, immigration, faith, ethnicity or whom somebody loves. If a thing cannot be asked for \
without it, say what is needed and leave out why, and ring the approver.
- Nothing that would lead somebody to them: no hostel, no street, no time and place where they can be met.
- On a photographed bill, black out every name and address before it is sent.
- The same holds for letters to each other about a request. Write its number, not the person.

# Key workers

- I ask only for somebody I work with, who knows about it and agrees. I read their words back to them. Saying no, or changing their \
mind, costs them nothing.
- I make one code for each person, write it in my case notes the same day, and use it every time.
- I ask for what it costs, at a shop that is named, and for one thing a request.
- I never ask for myself, my family, my friends or anybody I owe something to. If I have any tie to the person or the shop beyond my \
work, I say so before I ask, and a colleague asks instead.
- I answer a question about a request within two working days.
- I see that the thing reaches the person, and photograph the bill within five working days after it was paid. What is left over goes \
back to the Fund. I never hold the money myself.
- I say what came of it, also when nothing did. A thing that did not help is worth knowing, and is not held against anybody.

# Approvers

- Every request is answered on the day it was sent, if it was sent before three in the afternoon; otherwise by noon of the next \
working day. Out of hours, whoever is on call answers. If I cannot, my deputy does.
- I decide on what is written and on whether it fits the Fund's purpose: a practical obstacle, a goal of the person's own, a fair \
price, money that was given for this. Not on whether somebody deserves it.
- If something is missing, I ask. If I decline or agree to a part, I give a reason that the person could read.
- I do not decide on what my own team asked for, or where I know the person, the key worker or the shop beyond work. I step aside, \
and say so in a sentence. It is no shame to step aside; it is one not to.
- Nobody may ask me outside the Fund to agree. If somebody presses me, I tell an administrator and the trustees' lead.

# Finance officers

- A payment has two people: one enters it, another checks it against the request and releases it. Whoever decided on a request does \
neither.
- I pay the shop or the landlord, never a person in cash, unless a float was agreed for it in writing.
- Before I pay an account for the first time, or one that changed, I check its details by ringing a number that I did not get from \
the same message.
- Whoever entered or released a payment does not match it with the bank statement.
- I never change a figure to make it fit. What is wrong is reversed, with the reason, and both entries stay.
- Money given for one purpose is spent on that purpose.
- A second factor is asked of me again before money leaves. I do not release a payment on somebody else's word that it is urgent.

# Panel members

- I read what I am asked to vote on, vote within the day that is set, and do nothing else here.
- I step aside where I know the person, the key worker or the shop, and keep what I read to myself, also after I have left the panel.

# Auditors

- I read everything and change nothing. Where a person's words or a bill are closed to me, I open them only with a reason, which is \
written down.
- I tell the trustees what I find, including about those who appointed me.

# Administrators

- I give each account the least that its work needs, and look through all accounts every quarter with somebody who is not an \
administrator.
- I close the account of a leaver on the day they leave, and hand what was open to a named colleague.
- I invite people only at an address that belongs to their organisation, after I have spoken with them or their manager.
- I neither decide on requests nor pay them, and I do not reset a colleague's second factor before I have seen or rung them.
- Keys and backups lie where these procedures say: [where, and which two people can reach them].

# Leaving, absence and cover

- Who is away names a deputy who holds the same seat. A deputy signs in as themselves.
- Who leaves hands over: open requests, bills that are owed, floats. Until somebody has taken them, they stay with the team's lead.
- At least two people can decide and three can pay, so that nobody's holiday keeps somebody waiting for a bed.

# What is looked at

Every step is written down with who took it and when: who asked, decided, paid and read. It cannot be changed afterwards without \
showing, and each day's record is sealed. This is there so that anybody can be cleared as well as caught.

- Each month, finance goes through requests whose bill is missing, shops that are new or paid often, and key workers who ask far more \
or far less than others.
- Each quarter, an administrator and a trustee [name or post] look through accounts and seats, and through reasons for which closed \
words were opened, and ring the people helped by way of another worker in [five] requests chosen by lot: did it reach you?
- Once a year the trustees look at these procedures and at their own part in them.

# When it goes wrong

- A mistake: say so, today. It is put right by a step that shows, not by one that hides it.
- Words about somebody where they should not be, a letter to the wrong person, a lost device, a code on a scrap of paper: tell \
[data protection lead, telephone] at once. The law gives us 72 hours from when the first of us knew.
- Somebody in danger: the emergency services first, then your own organisation's safeguarding lead, then the Fund.
- Money that went where it should not: tell finance and [trustees' treasurer]. We tell the bank, and where it is serious the Charity \
Commission and the police.
- A suspicion about a colleague: tell [name or post outside the fund office]. You need no proof, and it will not count against you if \
you were wrong in good faith.
- While something is looked into, an account may be closed. That is no verdict.

# Complaints

Anybody may complain: a person helped, a giver, a shop, a colleague. We write it down for them if they wish, say within three working \
days who looks into it, and answer within twenty. A complaint about data goes to [data protection lead] and is acknowledged within 30 \
days at the latest. A complaint never counts against a request, and nobody looks into one about themselves.

# What follows if this is not kept

A word first, where it was a slip. Where somebody was put in danger, money was misused, or a step was hidden, the account is closed, \
the organisation and the trustees are told, and what the law asks for is done. A partner organisation whose workers keep breaking \
these procedures cannot ask until it has been talked through.

These procedures hold from the day the trustees adopt them: [date].
"""
