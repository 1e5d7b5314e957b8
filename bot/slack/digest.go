package slack

import (
	"slices"
	"strconv"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"cobijo/bot/progress"
	"cobijo/bot/reminders"
	"cobijo/locales"
)

// What is done with a digest.
const (
	actReport  = "report" // occurrence, commitment
	actNothing = "same"   // occurrence, commitment
	actMore    = "more"   // what, occurrence, commitment
	actRest    = "rest"   // occurrence, from
	actStop    = "stop"   // occurrence: the whole subscription pauses
)

// What the menu under an item offers.
const (
	moreDay  = "1d"
	moreWeek = "7d"
	moreDate = "date"
	moreHand = "hand"
	moreStop = "stop"
)

const (
	footRoom  = 1500 // characters that the end of a digest needs
	footSpace = 4    // blocks that it needs
	askedMost = 8    // people that are named as those who are to answer
)

// digestSheet writes a digest: as many commitments as a message holds, from the n-th on, those that wait first.
func (c *Channel) digestSheet(d reminders.Digest, from int) *sheet {
	s := &sheet{}
	lang, sub := c.langOf(d.Lang), d.Subscription
	text := func(id string, args ...locales.Args) string { return c.texts.Text(lang, id, args...) }
	day := progress.DayOf(d.Due)
	acts := d.Only == "" && !d.Superseded
	items := inOrder(d.Items)
	if from <= 0 || from >= len(items) {
		from = 0
	}
	if from == 0 {
		title := "slack_digest_title"
		if d.Kind == reminders.Week {
			title = "slack_digest_week"
		}
		s.header(text(title, locales.Args{"Day": c.day(lang, day)}))
	}
	waits := len(d.Open())
	intro := text("slack_digest_about", locales.Args{"What": escape(c.about(lang, sub)), "Count": escape(c.texts.Count(lang, "found", len(d.Items)))})
	switch {
	case len(items) == 0:
		intro = text("slack_digest_nothing")
	case waits == 0:
		intro += " " + text("slack_digest_all_answered")
	default:
		intro += " " + c.texts.Count(lang, "slack_digest_waiting", waits)
	}
	s.section(intro)
	switch {
	case d.Only != "":
		s.note(text("slack_digest_preview"))
	case d.Superseded:
		s.note(text("slack_digest_superseded"))
	case d.Late:
		s.note(text("slack_digest_late", locales.Args{"Day": c.day(lang, day)}))
	}
	to, size := from, 0
	for _, b := range s.blocks {
		size += weight(b)
	}
	for ; to < len(items); to++ {
		one := &sheet{n: s.n}
		c.item(one, lang, d, items[to], acts)
		n := 0
		for _, b := range one.blocks {
			n += weight(b)
		}
		if len(s.blocks)+len(one.blocks) > maxBlocks-footSpace || size+n > maxMessage-footRoom {
			break
		}
		s.blocks, s.n, size = append(s.blocks, one.blocks...), one.n, size+n
	}
	var press []element
	if to < len(items) && d.Only == "" {
		press = append(press, s.button(actRest, c.texts.Count(lang, "slack_btn_rest", len(items)-to), d.Occurrence, strconv.Itoa(to)))
	} else if to < len(items) {
		s.note(c.texts.Count(lang, "slack_digest_rest", len(items)-to))
	}
	if acts && from == 0 && sub.Paused == nil {
		stop := s.button(actStop, text("slack_btn_stop"), d.Occurrence)
		stop.Confirm = confirm(text("slack_stop_title"), text("slack_stop_text"), text("slack_btn_stop_yes"), text("slack_btn_cancel"))
		press = append(press, stop)
	}
	s.press(press...)
	if from == 0 {
		foot := text("slack_digest_foot", locales.Args{"Owner": person(sub.Owner.ID)})
		if sub.Paused != nil {
			foot = text("slack_digest_paused")
		}
		s.note(foot)
	}
	return s
}

// answeredShown is how many answered commitments stay in their place: more would take the room of those that wait.
const answeredShown = 10

// inOrder keeps the digest's order, so that nothing jumps when it is answered; many that are answered go to the end.
func inOrder(items []reminders.Item) []reminders.Item {
	var first, last []reminders.Item
	n := 0
	for _, i := range items {
		if !i.Waits() {
			if n++; n > answeredShown {
				last = append(last, i)
				continue
			}
		}
		first = append(first, i)
	}
	return append(first, last...)
}

// langOf is a language that there are texts in.
func (c *Channel) langOf(lang string) string {
	if slices.Contains(c.texts.Langs(), lang) {
		return lang
	}
	return c.texts.Langs()[0]
}

// item writes one commitment of a digest, with what can be done about it.
func (c *Channel) item(s *sheet, lang string, d reminders.Digest, i reminders.Item, acts bool) {
	text := func(id string, args ...locales.Args) string { return c.texts.Text(lang, id, args...) }
	zone := zoneOf(d.Subscription)
	lines := []string{c.itemTitle(lang, i.Commitment)}
	for _, of := range []struct {
		kind string
		is   *reminders.StatusLine
	}{{"slack_claimed", i.Claimed}, {"slack_assessed", i.Assessed}} {
		if of.is != nil {
			lines = append(lines, c.reported(lang, of.kind, of.is.Status, of.is.Who, of.is.AsOf, of.is.Evidence))
		}
	}
	if i.Claimed == nil && i.Assessed == nil {
		lines = append(lines, sign(progress.NoInformation)+" "+text("slack_never_reported"))
	}
	if m := i.Milestone; m != nil {
		id := "slack_milestone"
		if m.Date < progress.DayOf(c.o.Now().In(zone)) {
			id = "slack_milestone_over"
		}
		lines = append(lines, text(id, locales.Args{"Title": escape(clip(m.Title.In(lang), 200)), "Day": c.day(lang, m.Date)}))
	}
	lines = append(lines, c.itemState(lang, i, zone)...)
	show := func() element { return s.button(actShow, text("slack_btn_text"), i.Commitment) }
	said := strings.Join(lines, "\n")
	switch {
	case d.Only != "":
		s.section(said)
		return
	case !acts || !i.Waits():
		s.row(said, show())
		return
	}
	s.section(said)
	report := s.button(actReport, text("slack_btn_report"), d.Occurrence, i.Commitment)
	report.Style = api.StylePrimary
	more := func(what, label string) *api.OptionBlockObject {
		return choice(value(what, d.Occurrence, i.Commitment), text(label))
	}
	press := []element{report, s.button(actNothing, text("slack_btn_nothing"), d.Occurrence, i.Commitment), show()}
	if units(value(moreHand, d.Occurrence, i.Commitment)) <= maxOptionValue {
		press = append(press, s.menu(actMore, text("slack_more"), more(moreDay, "slack_more_day"), more(moreWeek, "slack_more_week"),
			more(moreDate, "slack_more_date"), more(moreHand, "slack_more_hand"), more(moreStop, "slack_more_stop")))
	}
	s.press(press...)
}

// itemTitle names a commitment in one line.
func (c *Channel) itemTitle(lang, id string) string {
	one := c.base.Statement.Commitment(id)
	if one == nil {
		return "*" + escape(id) + "*"
	}
	return "*" + one.ID + "* · " + escape(c.base.Statement.Participant(one.Participant).Name.In(lang)) + ": " + escape(one.Title.In(lang))
}

// itemState says whether somebody answered, and if not who is to.
func (c *Channel) itemState(lang string, i reminders.Item, zone *time.Location) []string {
	text := func(id string, args locales.Args) string { return c.texts.Text(lang, id, args) }
	answer := func(id string, a *reminders.Answer) []string {
		return []string{text(id, locales.Args{"Who": person(a.Who.ID), "When": c.moment(lang, a.At.In(zone))})}
	}
	var lines []string
	if r := i.Reassigned; r != nil && i.Waits() {
		lines = append(lines, text("slack_handed", locales.Args{"To": person(r.To.ID), "By": person(r.By.ID)}))
	}
	switch {
	case i.Stopped != nil:
		return answer("slack_stopped", i.Stopped)
	case i.Answered != nil && i.Answered.How == reminders.NothingNew:
		return answer("slack_nothing_new", i.Answered)
	case i.Answered != nil:
		return answer("slack_answered", i.Answered)
	case !i.Snoozed.IsZero():
		return append(lines, text("slack_snoozed", locales.Args{"Who": person(i.SnoozedBy), "Day": c.day(lang, progress.DayOf(i.Snoozed.In(zone)))}))
	}
	if len(i.Asked) > 0 && i.Reassigned == nil {
		lines = append(lines, text("slack_to_answer", locales.Args{"Who": mentions(i.Asked)}))
	}
	if i.Level > reminders.Asked {
		lines = append(lines, c.texts.Text(lang, "slack_level_"+strconv.Itoa(int(min(i.Level, reminders.OnlyWeekly)))))
	}
	return lines
}

// mentions names several, and says how many more there are.
func mentions(ids []string) string {
	var all []string
	for _, id := range ids[:min(len(ids), askedMost)] {
		all = append(all, person(id))
	}
	s := strings.Join(all, " ")
	if n := len(ids) - askedMost; n > 0 {
		s += " +" + strconv.Itoa(n)
	}
	return s
}

func zoneOf(sub reminders.Subscription) *time.Location {
	if zone, err := time.LoadLocation(sub.Zone); err == nil {
		return zone
	}
	return time.UTC
}

// moment writes a day and the hour.
func (c *Channel) moment(lang string, t time.Time) string {
	return c.texts.Text(lang, "slack_moment", locales.Args{"Day": c.day(lang, progress.DayOf(t)), "Time": t.Format("15:04")})
}

// about says in a few words which commitments a subscription is on.
func (c *Channel) about(lang string, sub reminders.Subscription) string {
	var who, on []string
	for _, id := range sub.Participants {
		if p := c.base.Statement.Participant(id); p != nil {
			who = append(who, p.Name.In(lang))
		}
	}
	for _, id := range sub.Themes {
		if t := c.base.Statement.Theme(id); t != nil {
			on = append(on, t.Title.In(lang))
		}
	}
	var parts []string
	for _, list := range [][]string{who, on, sub.Commitments} {
		if n := len(list); n > 4 {
			list = append(slices.Clone(list[:4]), "+"+strconv.Itoa(n-4))
		}
		if len(list) > 0 {
			parts = append(parts, strings.Join(list, ", "))
		}
	}
	return clip(strings.Join(parts, " · "), 400)
}
