// Package dialogue is the conversation itself: from a session and a message to replies and a session. It does no I/O and has
// no clock of its own.
package dialogue

import (
	"time"

	"cobijo/knowledge"
	"cobijo/knowledge/guidance"
)

// Message is what somebody sent.
type Message struct {
	Text     string // what was written; empty where a choice was pressed
	Choice   string // the id of the choice that was pressed
	LangHint string // the language of the person's device (BCP 47), "" where it is not known
	Other    bool   // something that is no text: a voice note, a picture
	// Location is where the person is, if they sent it: used for this answer and not kept.
	Location *knowledge.Point
}

// Kind tells what a reply is, for tests and for channels that treat some apart.
type Kind string

// The kinds of replies. The first seven are the contract's.
const (
	Guidance    Kind = "guidance"
	Commitments Kind = "commitments"
	Emergency   Kind = "emergency"
	Menu        Kind = "menu"
	Clarify     Kind = "clarify"
	Handover    Kind = "handover"
	None        Kind = "none"
)

// Standing is what was reported of a commitment.
type Standing struct {
	Claimed bool      // by its participant of itself; else others assessed it
	Status  string    // done, under-way, blocked, not-started or not-applicable
	AsOf    time.Time // the day that it is true of
}

// Choice is something to press. Its id says all that pressing it means, so that an old button works as a new one.
type Choice struct {
	ID    string `json:"id"` // at most 64 bytes
	Label string `json:"label"`
}

// Reply is what the assistant says: Markdown, the same for every channel, and what can be pressed under it.
type Reply struct {
	Kind    Kind
	Lang    string
	Text    string // Markdown as package markdown reads it
	Choices []Choice

	// What was answered, as far as it was.
	Country      string
	Topic        string
	ID           string // of the entry: "mx/deadlines"
	Alternatives []Alternative
	Commitments  []string
	Ask          string // "country" where the reply ends by asking for it
	Score        float32
	Sources      []*guidance.Source
}

// Alternative is an entry that may have been meant.
type Alternative struct {
	ID    string  `json:"id"`
	Score float32 `json:"score"`
}

// Effect is what the conversation wants done beside replying.
type Effect struct {
	Forget bool // erase all that is kept of this chat
	// Counted without identity:
	Useful     *bool  // whether an answer was useful
	Unanswered bool   // what was asked could not be answered
	Country    string // of the answer
	Topic      string // of the answer, or the likeliest of what could not be answered
}

// Session is what is remembered of a chat. It holds no word that anybody wrote.
type Session struct {
	Lang       string   `json:"l,omitempty"`
	LangChosen bool     `json:"lc,omitempty"` // by the person, not by guess
	Country    string   `json:"c,omitempty"`
	Topic      string   `json:"t,omitempty"` // of the last answer
	Mode       Kind     `json:"m,omitempty"` // guidance or commitments: what the talk was about last
	Introduced bool     `json:"i,omitempty"` // the person was told who answers, and what is kept
	Staff      bool     `json:"s,omitempty"` // reads commitments: they stand under rights answers
	Awaits     string   `json:"a,omitempty"` // what the last reply asked for: awaitCountry, awaitDate
	Offered    []string `json:"o,omitempty"` // the choices of the last reply, for those who answer by number

	Participants []string `json:"p,omitempty"` // of the last question on commitments
	Theme        string   `json:"th,omitempty"`
	Found        []string `json:"f,omitempty"` // the commitments found, for paging

	Discreet int `json:"d,omitempty"` // minutes after which the channel deletes its own answers; 0 for never
}

// What a reply may ask for.
const (
	awaitCountry = "country"
	awaitDate    = "date"
)
