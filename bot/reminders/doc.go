// Package reminders asks coordination teams, in their channel and at their own time, how the commitments they follow are getting
// on, and keeps asking within bounds until somebody answers.
//
// A Subscription says where (team, channel), on what (participants, themes, commitments), when (a Rhythm in an IANA zone, from a
// first day), who answers and what happens when nobody does. Each of its runs is an occurrence, known by Occurrence ids as
// "subscription@2026-11-25": the local day on which it was due. There is at most one a day, and at most one message of each, ever.
//
// # The way of an occurrence
//
// due -> muted -> superseded -> claimed -> sent; every Outcome is logged and counted.
//
//   - Every replica plans: what is due within a short window becomes an asynq task whose id is the occurrence's, so that two
//     replicas planning one make one task. The next run stands in Redis by time.
//   - muted: in quiet hours, on weekends and on holidays of the zone's country the same occurrence is moved to the next working
//     moment; of a paused subscription nothing is posted.
//   - superseded: the subscription is gone or changed, a later run is due too, or nothing is left to ask. What was missed while
//     everything was down is made up once, labelled late, where it is less than 24 hours old; what is older is skipped.
//   - claimed: one replica alone sends (with a lease). An expired lease, or a send whose result is unknown, first asks the Poster
//     to Find the occurrence in the channel before anything is posted again.
//   - sent: where (channel, message) is kept; from then on the message is a view of what the store holds and is updated in place.
//
// # For a channel (bot/slack)
//
// A channel implements Poster and Members, and calls the Service:
//
//	svc := reminders.New(reminders.Options{Redis: rdb, Store: st, Book: book, Statement: base.Statement, Holidays: holidays, Poster: slack, Members: slack, Observer: metrics, Log: log})
//	go svc.Run(ctx)                              // plans and sends until ctx ends
//	svc.Save / Subscription / Subscriptions / Pause / Resume / Delete   // a modal's and the list's
//	svc.Report / NothingNew / Snooze / Reassign / Stop                   // the buttons of a digest
//	svc.NoteFromThread                            // a reply below a digest
//	svc.PostNow(ctx, id, user)                    // "post it now to me alone": Poster.Post with Digest.Only set
//	svc.Waiting(ctx, team, user)                  // App Home: what waits for this person
//	svc.ChannelGone / TeamGone                    // events: archived, bot removed, token revoked
//
// A Digest is data and holds no rendered text. After an action the Service itself has the Poster Update the message; a channel
// needs not do it. A Poster's errors are *outbox.SendError: Gone (channel_not_found, is_archived, not_in_channel) and Config
// (token_revoked, ...) pause the subscription and tell its owner; Rejected becomes a dead letter; Throttled and Unavailable are
// tried again. Unsent must be set only where it is certain that nothing was posted.
//
// Actions are idempotent: pressing twice, or a repeat of the same event, changes nothing the second time.
//
// # When nobody answers
//
// After Unanswered.AgainDays working days the thread asks again, after as many more the group is mentioned, and after as many more,
// or 14 days after the post in any case, the week's digest alone is left: one message on Monday, or the next working moment, until
// the last item is answered, snoozed or stopped, or the next occurrence asks for all of it.
//
// # What is kept
//
// Subscriptions and what was reported are lasting records, without an expiry; what is known of an occurrence goes after 400 days.
// All of it is sealed. The task queue holds ids of occurrences and nothing else. What a process that died had begun is taken up
// when the queue's lease on its task is over: one to two minutes later.
package reminders
