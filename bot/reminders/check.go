package reminders

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"cobijo/bot/progress"
)

// Problem is what is wrong with one field of a subscription.
type Problem struct {
	Field string // as in its YAML: channel, rhythm, zone, hour, first, ...
	Code  ProblemCode
	Text  string // for an operator, in English
}

// ProblemCode tells an interface what to say of a field.
type ProblemCode string

// The codes.
const (
	Missing   ProblemCode = "missing"
	Unknown   ProblemCode = "unknown" // no such participant, theme, commitment, zone, language
	Malformed ProblemCode = "malformed"
	TooOften  ProblemCode = "too-often" // more than one run a day
	Never     ProblemCode = "never"     // no run at all
	Range     ProblemCode = "range"     // too many, too long, too early or too late
)

func (p Problem) Error() string { return p.Field + ": " + p.Text }

// Problems are all that is wrong with a subscription.
type Problems []Problem

func (ps Problems) Error() string {
	texts := make([]string, len(ps))
	for i, p := range ps {
		texts[i] = p.Error()
	}
	return strings.Join(texts, "; ")
}

func (ps *Problems) add(field string, code ProblemCode, format string, args ...any) {
	*ps = append(*ps, Problem{field, code, fmt.Sprintf(format, args...)})
}

// Limits of a subscription.
const (
	maxList  = 200
	maxName  = 200
	maxAgain = 60 // working days
)

var (
	subscriptionID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
	slackID        = regexp.MustCompile(`^[A-Z][A-Z0-9]{1,29}$`)
)

// Check gives what is wrong with a subscription; nothing where nothing is.
func (s *Service) Check(sub Subscription) Problems {
	var ps Problems
	if !subscriptionID.MatchString(sub.ID) {
		ps.add("id", Malformed, "%.60q: small letters, digits and hyphens, up to 40", sub.ID)
	}
	ps.id("team", sub.Team, "TE", true)
	ps.id("channel", sub.Channel, "CGD", true)
	ps.id("owner", sub.Owner.ID, "UW", false)
	if utf8.RuneCountInString(sub.Owner.Name) > maxName {
		ps.add("owner", Range, "a name of more than %d characters", maxName)
	}
	s.checkWhat(sub, &ps)
	checkWhen(sub, &ps)
	ps.ids("answerers", sub.Answerers, "UWS")
	ps.ids("reporters", sub.Reporters, "UW")
	if sub.Lang != "es" && sub.Lang != "en" {
		ps.add("lang", Unknown, "no language %.20q: es or en", sub.Lang)
	}
	if u := sub.Unanswered; u.AgainDays > maxAgain {
		ps.add("unanswered", Range, "at most %d working days", maxAgain)
	}
	ps.id("unanswered", sub.Unanswered.Group, "SUW", false)
	return ps
}

// id checks an id of Slack's: how it begins tells what it names.
func (ps *Problems) id(field, id, kinds string, needed bool) {
	switch {
	case id == "" && !needed:
	case id == "":
		ps.add(field, Missing, "is missing")
	case !slackID.MatchString(id) || !strings.ContainsRune(kinds, rune(id[0])):
		ps.add(field, Malformed, "%.40q is none of Slack's ids for it (they begin with %s)", id, strings.Join(strings.Split(kinds, ""), " or "))
	}
}

func (ps *Problems) ids(field string, ids []string, kinds string) {
	if len(ids) > maxList {
		ps.add(field, Range, "at most %d", maxList)
		return
	}
	for _, id := range ids {
		ps.id(field, id, kinds, true)
	}
}

func (s *Service) checkWhat(sub Subscription, ps *Problems) {
	if len(sub.Participants)+len(sub.Themes)+len(sub.Commitments) == 0 {
		ps.add("commitments", Missing, "name participants, themes or commitments")
		return
	}
	before := len(*ps)
	for _, list := range []struct {
		field string
		ids   []string
		known func(string) bool
	}{
		{"participants", sub.Participants, func(id string) bool { return s.o.Statement.Participant(id) != nil }},
		{"themes", sub.Themes, func(id string) bool { return s.o.Statement.Theme(id) != nil }},
		{"commitments", sub.Commitments, func(id string) bool { return s.o.Statement.Commitment(id) != nil }},
	} {
		if len(list.ids) > maxList {
			ps.add(list.field, Range, "at most %d", maxList)
			continue
		}
		for _, id := range list.ids {
			if !list.known(id) {
				ps.add(list.field, Unknown, "there is no %.40q", id)
			}
		}
	}
	if len(*ps) == before && len(s.selected(&sub)) == 0 {
		ps.add("commitments", Never, "no commitment is of these participants and themes")
	}
}

func checkWhen(sub Subscription, ps *Problems) {
	if sub.Hour < 0 || sub.Hour > 23 || sub.Minute < 0 || sub.Minute > 59 {
		ps.add("hour", Range, "%d:%02d is no time of the day", sub.Hour, sub.Minute)
	}
	zone, err := loadZone(sub.Zone)
	if err != nil {
		ps.add("zone", Unknown, "%v", err)
	}
	if first, err := progress.ParseDay(string(sub.First)); err != nil {
		ps.add("first", Malformed, "%v", err)
	} else if first < "2016-07-07" || first > "2100-01-01" {
		ps.add("first", Range, "%s is before the statement, or too far away", first)
	}
	if zone == nil || slices.ContainsFunc(*ps, func(p Problem) bool { return p.Field == "first" || p.Field == "hour" }) {
		return
	}
	if _, err := newCalendar(&sub, zone, nil); err != nil {
		ps.add("quiet", Malformed, "%v", err)
	} else if quietLong(sub.Quiet) {
		ps.add("quiet", Range, "at least an hour of the day is not quiet")
	}
	sched, err := sub.schedule()
	if err == nil {
		err = sched.often()
	}
	switch {
	case err == nil:
	case errors.Is(err, errTooOften):
		ps.add("rhythm", TooOften, "%v", err)
	case errors.Is(err, errNever):
		ps.add("rhythm", Never, "%v", err)
	case errors.Is(err, errNoRhythm):
		ps.add("rhythm", Missing, "%v", err)
	default:
		ps.add("rhythm", Malformed, "%v", err)
	}
}

// quietLong tells whether quiet hours leave less than an hour.
func quietLong(q Quiet) bool {
	from, err1 := minuteOfDay(q.From)
	to, err2 := minuteOfDay(q.To)
	if err1 != nil || err2 != nil || from == to {
		return false
	}
	return (from-to+24*60)%(24*60) < 60
}

// clean drops what is named twice.
func clean(ids []string) []string {
	var out []string
	for _, id := range ids {
		if id = strings.TrimSpace(id); id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
