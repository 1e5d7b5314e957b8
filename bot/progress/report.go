package progress

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Status is how far a commitment is.
type Status string

// The statuses. NoInformation is never reported: it is what stands where nobody has.
const (
	NoInformation Status = "no-information"
	NotStarted    Status = "not-started"
	UnderWay      Status = "under-way"
	Done          Status = "done"
	Blocked       Status = "blocked"
	NotApplicable Status = "not-applicable"
)

// Statuses gives those that can be reported, in the order in which they are offered.
func Statuses() []Status { return []Status{NotStarted, UnderWay, Done, Blocked, NotApplicable} }

// AllStatuses gives those that can be reported and NoInformation, in the order of a table.
func AllStatuses() []Status { return append(Statuses(), NoInformation) }

// Closed tells whether nothing is to be asked any more.
func (s Status) Closed() bool { return s == Done || s == NotApplicable }

// Kind tells who speaks: the actor of a commitment or somebody else.
type Kind string

// The kinds of reports.
const (
	Claimed  Kind = "claimed"  // what the actor, or its coordination team, says of itself
	Assessed Kind = "assessed" // what somebody else found
	Noted    Kind = "noted"    // a reply in a reminder's thread: words without a status
)

// SubscriptionNotes is what a note's Commitment says where it was written below a digest of several commitments.
func SubscriptionNotes(subscription string) string { return "subscription:" + subscription }

var commitmentID = regexp.MustCompile(`^[a-z0-9][a-z0-9:-]{0,79}$`)

// Person is a member of staff, as Slack knows them.
type Person struct {
	ID   string `json:"id" yaml:"id"`
	Name string `json:"name,omitempty" yaml:"name,omitempty"` // as shown; may be empty
}

// Day is a day of the calendar, "2026-11-25"; days compare as strings. Empty is no day.
type Day string

// ParseDay reads a day as time.DateOnly writes it.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return "", fmt.Errorf("%q is no day: write 2026-11-25", s)
	}
	return DayOf(t), nil
}

// DayOf gives the day that t shows in its own zone.
func DayOf(t time.Time) Day { return Day(t.Format(time.DateOnly)) }

// Time is the day's midnight in a zone, or the first moment after it where that does not exist.
func (d Day) Time(zone *time.Location) time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone)
}

// Report is what somebody said of a commitment's progress.
type Report struct {
	ID           string    `json:"id"`         // given by Add where empty; the same id twice is one report
	Commitment   string    `json:"commitment"` // for example mx-04
	Kind         Kind      `json:"kind"`
	Who          Person    `json:"who"`
	At           time.Time `json:"at"`    // when it was said; given by Add where zero
	AsOf         Day       `json:"as_of"` // the day that it is true of; the day of At where empty
	Status       Status    `json:"status"`
	Note         string    `json:"note,omitempty"`
	Evidence     string    `json:"evidence,omitempty"` // an address, http or https
	Team         string    `json:"team,omitempty"`     // Slack's ids of where it was said
	Channel      string    `json:"channel,omitempty"`
	Subscription string    `json:"subscription,omitempty"`
	Occurrence   string    `json:"occurrence,omitempty"` // of the reminder that it answers

	Deleted *Tombstone `json:"deleted,omitempty"` // then Who, Status, Note and Evidence are gone
}

// Tombstone stands where a report was.
type Tombstone struct {
	By string    `json:"by"` // who deleted it
	At time.Time `json:"at"`
}

// Limits of what a report holds, in characters.
const (
	MaxNote     = 3000
	MaxEvidence = 2000
	maxName     = 200
	maxID       = 255
)

// The errors of a report that cannot be kept; an interface tells them apart to say them in the person's language.
var (
	ErrNoCommitment = errors.New("no commitment is named")
	ErrKind         = errors.New("a report is claimed or assessed")
	ErrStatus       = errors.New("not one of the statuses that can be reported")
	ErrID           = errors.New("the report's id is too long")
	ErrWho          = errors.New("nobody is named as its author")
	ErrNote         = errors.New("the note is too long")
	ErrEvidence     = errors.New("the evidence is no web address (http or https)")
	ErrDay          = errors.New("the day is no day, or is still to come")
)

// check tells what is wrong with a report; now is to tell days still to come.
func (r *Report) check(now time.Time) error {
	switch {
	case !commitmentID.MatchString(r.Commitment):
		return ErrNoCommitment
	case r.Kind != Claimed && r.Kind != Assessed && r.Kind != Noted:
		return ErrKind
	case r.Kind == Noted && (r.Status != "" || r.Note == ""), r.Kind != Noted && !slices.Contains(Statuses(), r.Status):
		return ErrStatus
	case len(r.ID) > maxID:
		return ErrID
	case r.Who.ID == "" || len(r.Who.ID) > maxID:
		return ErrWho
	case utf8.RuneCountInString(r.Note) > MaxNote:
		return ErrNote
	case r.Evidence != "" && !WebAddress(r.Evidence):
		return ErrEvidence
	}
	if _, err := ParseDay(string(r.AsOf)); err != nil {
		return ErrDay
	}
	// A day that has begun somewhere has begun: the earliest zone is 14 hours ahead.
	if r.AsOf > DayOf(now.UTC().Add(14*time.Hour)) {
		return ErrDay
	}
	return nil
}

// WebAddress tells whether s is an address that evidence may have: http or https, with a host, without a password, without
// white space or control characters, not longer than MaxEvidence.
func WebAddress(s string) bool {
	if utf8.RuneCountInString(s) > MaxEvidence || strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) >= 0 {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}
