package reminders

import (
	"time"

	"cobijo/bot/progress"
)

// Subscription says which commitments a channel is asked about, when, and who answers.
type Subscription struct {
	ID      string `json:"id" yaml:"id"`           // given by Save where empty; a-z, 0-9 and hyphens, up to 40
	Team    string `json:"team" yaml:"team"`       // Slack's id of the workspace
	Channel string `json:"channel" yaml:"channel"` // Slack's id

	// What is asked about: every commitment of these participants that bears one of these themes (all where a list is empty), and
	// the commitments that are named, whatever the lists say. At least one of the three is not empty.
	Participants []string `json:"participants,omitempty" yaml:"participants,omitempty"`
	Themes       []string `json:"themes,omitempty" yaml:"themes,omitempty"`
	Commitments  []string `json:"commitments,omitempty" yaml:"commitments,omitempty"`

	Rhythm Rhythm       `json:"rhythm" yaml:"rhythm"`
	Hour   int          `json:"hour" yaml:"hour"` // 0 to 23; not used with a cron expression, which has its own
	Minute int          `json:"minute" yaml:"minute"`
	Zone   string       `json:"zone" yaml:"zone"`   // an IANA name, as America/Mexico_City
	Lang   string       `json:"lang" yaml:"lang"`   // es or en
	First  progress.Day `json:"first" yaml:"first"` // nothing is due before
	Quiet  Quiet        `json:"quiet" yaml:"quiet,omitempty"`

	Answerers  []string   `json:"answerers,omitempty" yaml:"answerers,omitempty"` // Slack's ids of users (U, W) and user groups (S)
	Reporters  []string   `json:"reporters,omitempty" yaml:"reporters,omitempty"` // users who may act without being in the channel
	Unanswered Unanswered `json:"unanswered" yaml:"unanswered,omitempty"`

	Owner   progress.Person `json:"owner" yaml:"owner"` // is told when it pauses or fails
	Paused  *Pause          `json:"paused,omitempty" yaml:"paused,omitempty"`
	Created time.Time       `json:"created" yaml:"-"`
	Changed time.Time       `json:"changed" yaml:"-"`
}

// Quiet are the hours in which nothing is posted, "18:00" to "08:00" where empty; the same twice is none.
type Quiet struct {
	From string `json:"from,omitempty" yaml:"from,omitempty"` // "18:00"
	To   string `json:"to,omitempty" yaml:"to,omitempty"`     // "08:00", of the next day where it is the earlier
}

// Unanswered is what happens when nobody answers: again after so many working days, then the group is mentioned after as many
// more, then the week's digest alone. 14 days after it was posted only the week's digest is left in any case.
type Unanswered struct {
	AgainDays int    `json:"again_days,omitempty" yaml:"again_days,omitempty"` // working days; 3 where zero, never where negative
	Group     string `json:"group,omitempty" yaml:"group,omitempty"`           // a user group (S) or user to mention; nobody where empty
	NoDigest  bool   `json:"no_digest,omitempty" yaml:"no_digest,omitempty"`   // without the week's digest at the end
}

// Pause is why a subscription posts nothing.
type Pause struct {
	Why   PauseReason `json:"why" yaml:"why"`
	By    string      `json:"by,omitempty" yaml:"by,omitempty"`       // who paused it; empty where it paused itself
	Cause string      `json:"cause,omitempty" yaml:"cause,omitempty"` // the channel's own code, as is_archived
	Since time.Time   `json:"since,omitzero" yaml:"since,omitempty"`
}

// PauseReason is why a subscription is paused.
type PauseReason string

// The reasons.
const (
	PausedByPerson PauseReason = "person"
	PausedGone     PauseReason = "gone"   // the channel is archived or deleted, or the bot is not in it
	PausedConfig   PauseReason = "config" // the bot may not post: its token was revoked, or lacks a scope
)

// Preset is a common rhythm.
type Preset string

// The presets.
const (
	Weekly    Preset = "weekly"
	Monthly   Preset = "monthly"
	Quarterly Preset = "quarterly"
)

// Rhythm is how often: a preset, an iCalendar recurrence rule, or a cron expression; exactly one of the three.
type Rhythm struct {
	Preset  Preset `json:"preset,omitempty" yaml:"preset,omitempty"`
	Weekday string `json:"weekday,omitempty" yaml:"weekday,omitempty"` // of Weekly: mon to sun; that of First where empty
	Day     int    `json:"day,omitempty" yaml:"day,omitempty"`         // of Monthly and Quarterly: 1 to 31, the last one where a month is shorter; that of First where zero
	RRule   string `json:"rrule,omitempty" yaml:"rrule,omitempty"`     // as FREQ=MONTHLY;BYDAY=1MO, of whole days, without DTSTART
	Cron    string `json:"cron,omitempty" yaml:"cron,omitempty"`       // five fields, at most one run a day
}

// Occurrence is one run of a subscription.
type Occurrence struct {
	ID     string       // subscription@2026-11-25
	Day    progress.Day // the local day on which it is due
	Due    time.Time    // when the rhythm says, in the subscription's zone
	Moment time.Time    // when it is posted: Due, or the next working moment after it
	Moved  Outcome      // why Moment is not Due; empty where it is
}
