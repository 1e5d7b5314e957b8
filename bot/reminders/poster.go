package reminders

import (
	"context"
	"time"
)

// Poster posts what the reminders say to a channel. Its errors are *outbox.SendError.
type Poster interface {
	// Post posts a digest, with its occurrence's id in the message's metadata. With d.Only it shows it to that user alone.
	Post(ctx context.Context, d Digest) (Posted, error)
	// Find looks in the channel's history for the message of an occurrence that was posted since then.
	Find(ctx context.Context, team, channel, occurrence string, since time.Time) (Posted, bool, error)
	// Update shows a digest in place of what was posted: after an answer, a snooze, an escalation.
	Update(ctx context.Context, p Posted, d Digest) error
	// Thread posts a note below a digest: somebody is asked again. It is called again where its result was lost: a note of the same
	// id is not posted twice.
	Thread(ctx context.Context, p Posted, n Note) error
	// Tell writes to one user: the owner, when a subscription pauses or fails.
	Tell(ctx context.Context, team, user string, n Notice) error
}

// Posted is where a digest stands.
type Posted struct {
	Team    string `json:"team"`
	Channel string `json:"channel"`
	TS      string `json:"ts"` // Slack's id of the message within its channel
}

// Note is what is said in a digest's thread: data, no text.
type Note struct {
	ID         string // the same when it is tried again
	Occurrence string
	Kind       NoteKind
	Lang       string
	Mention    []string // users and user groups to mention
	Items      []Item   // what it is about
}

// NoteKind is what a note says.
type NoteKind string

// The kinds of notes.
const (
	NoteAgain      NoteKind = "again"       // nobody answered yet
	NoteGroup      NoteKind = "group"       // nobody answered: the group is mentioned
	NoteSnoozeOver NoteKind = "snooze-over" // the day until which it was snoozed has come
	NoteReassigned NoteKind = "reassigned"  // somebody was handed an item
)

// Notice is what a subscription's owner is told: data, no text.
type Notice struct {
	Kind         NoticeKind
	Lang         string
	Subscription Subscription
	Occurrence   string      // of NoticeFailed
	Why          PauseReason // of NoticePaused
	Cause        string      // the channel's own code, as is_archived; may be empty
	By           string      // of NoticePaused by a person: whose id
}

// NoticeKind is what a notice says.
type NoticeKind string

// The kinds of notices.
const (
	NoticePaused NoticeKind = "paused"
	NoticeFailed NoticeKind = "failed" // an occurrence could not be posted; it is a dead letter now
)

// Members tells who may act in a channel.
type Members interface {
	// Member tells whether a user is in a channel.
	Member(ctx context.Context, team, channel, user string) (bool, error)
}
