package reminders

import (
	"time"

	"cobijo/bot/progress"
)

// DigestKind tells what a digest is.
type DigestKind string

// The kinds of digests.
const (
	Review DigestKind = "review" // an occurrence of the rhythm
	Week   DigestKind = "week"   // the week's reminder of what nobody answered
)

// Digest is what a channel shows of one occurrence: data, no text.
type Digest struct {
	Occurrence   string // goes into the message's metadata; Poster.Find looks for it
	Kind         DigestKind
	Subscription Subscription
	Due          time.Time // in the subscription's zone
	Late         bool      // it was missed, and is made up
	Lang         string
	Items        []Item
	Only         string // a user's id: a preview that this person alone sees, without buttons that act; empty for the channel
	Superseded   bool   // a later digest asks for what is open here: the buttons go
}

// Open gives the items that still wait for an answer, those that are snoozed included.
func (d Digest) Open() []Item {
	var open []Item
	for _, i := range d.Items {
		if i.Waits() {
			open = append(open, i)
		}
	}
	return open
}

// Item is one commitment of a digest.
type Item struct {
	Commitment string              `json:"commitment"`
	Claimed    *StatusLine         `json:"-"` // nil is no information
	Assessed   *StatusLine         `json:"-"`
	Asked      []string            `json:"asked,omitempty"`      // users and user groups who are to answer
	Answered   *Answer             `json:"answered,omitempty"`   // nil while nobody did
	Snoozed    time.Time           `json:"snoozed,omitzero"`     // it is not asked again before
	SnoozedBy  string              `json:"snoozed_by,omitempty"` // a user's id
	Reassigned *Reassigned         `json:"reassigned,omitempty"`
	Stopped    *Answer             `json:"stopped,omitempty"` // it is not asked again in this subscription
	Level      Level               `json:"level,omitempty"`
	Milestone  *progress.Milestone `json:"-"` // the next one, or the last that is overdue; nil for none
}

// Waits tells whether the item still waits for an answer.
func (i Item) Waits() bool { return i.Answered == nil && i.Stopped == nil }

// StatusLine is a status with who said it and when.
type StatusLine struct {
	Status   progress.Status
	Who      progress.Person
	At       time.Time
	AsOf     progress.Day
	Days     int // whole days since AsOf, in the subscription's zone
	Evidence string
	Note     string
}

// AnswerKind is how an item was answered.
type AnswerKind string

// The kinds of answers.
const (
	Reported   AnswerKind = "report"
	NothingNew AnswerKind = "nothing-new" // holds for this occurrence: the next one asks again
	Stopped    AnswerKind = "stop"
)

// Answer is who answered an item, and when.
type Answer struct {
	How AnswerKind      `json:"how"`
	Who progress.Person `json:"who"`
	At  time.Time       `json:"at"`
}

// Reassigned is who handed an item to whom.
type Reassigned struct {
	To progress.Person `json:"to"`
	By progress.Person `json:"by"`
	At time.Time       `json:"at"`
}

// Level is how far an unanswered item has escalated.
type Level int

// The levels.
const (
	Asked      Level = iota // once, by the digest
	AskedAgain              // in the thread
	GroupAsked              // the group was mentioned in the thread
	OnlyWeekly              // the week's digest alone
)
