package slack

import (
	"context"
	"slices"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"cobijo/bot/progress"
	"cobijo/knowledge/statement"
	"cobijo/locales"
)

// cardSheet shows one commitment whole: its words, where they stand, and what was reported of it.
func (c *Channel) cardSheet(ctx context.Context, lang string, one *statement.Commitment) *sheet {
	s := &sheet{}
	text := func(id string, args ...locales.Args) string { return c.texts.Text(lang, id, args...) }
	p := c.base.Statement.Participant(one.Participant)
	s.section("*" + one.ID + " · " + escape(one.Title.In(lang)) + "*")
	s.section(escape(text("kind_"+one.Kind, locales.Args{"Who": p.Name.In(lang)})) + "\n" + quoted(one.Text.In(lang)))
	about := []string{escape(text("cite", locales.Args{"Page": one.Page}))}
	if lang != "en" {
		about = append(about, escape(text("unofficial")))
	}
	var themes []string
	for _, t := range one.Themes {
		themes = append(themes, c.base.Statement.Theme(t).Title.In(lang))
	}
	s.note(strings.Join(append(about, escape(text("themes", locales.Args{"List": strings.Join(themes, ", ")}))), "\n"))
	s.section(c.statusWhole(lang, c.current(ctx, one.ID)[one.ID]))
	for _, l := range one.Links {
		s.note(escape(l.Note.In(lang)))
	}
	press := []api.BlockElement{
		s.button(actList, text("btn_all_of", locales.Args{"Who": clip(p.Name.In(lang), 40)}), query{participants: []string{p.ID}}.args("0")...),
	}
	for _, t := range one.Themes[:min(len(one.Themes), 2)] {
		press = append(press, s.button(actList, text("btn_who_else", locales.Args{"Theme": c.base.Statement.Theme(t).Title.In(lang)}), query{theme: t}.args("0")...))
	}
	if c.book != nil {
		press = append(press, s.button(actHistory, text("slack_btn_history"), one.ID))
	}
	s.press(append(press, s.button(actShare, text("slack_btn_share"), actShow, one.ID))...)
	return s
}

// historyShown is how many reports of a commitment are shown; an operator has them all.
const historyShown = 10

// historySheet shows what was reported of a commitment, notes from threads included, the latest first.
func (c *Channel) historySheet(ctx context.Context, lang string, one *statement.Commitment) *sheet {
	s := &sheet{}
	s.section(c.texts.Text(lang, "slack_history", locales.Args{"Commitment": one.ID + " · " + escape(one.Title.In(lang))}))
	if c.book == nil {
		s.section(escape(c.texts.Text(lang, "slack_no_book")))
		return s
	}
	all, err := c.book.History(ctx, one.ID)
	if err != nil {
		c.o.Log.ErrorContext(ctx, "a history cannot be read", "channel", channel, "error", err)
		s.section(escape(c.texts.Text(lang, "slack_failed")))
		return s
	}
	slices.Reverse(all)
	for _, r := range all[:min(len(all), historyShown)] {
		line := ""
		switch {
		case r.Deleted != nil:
			line = c.texts.Text(lang, "slack_history_deleted", locales.Args{"Day": c.day(lang, r.AsOf)})
		case r.Kind == progress.Noted:
			line = c.texts.Text(lang, "slack_history_note", locales.Args{"Who": person(r.Who.ID), "Day": c.day(lang, r.AsOf)})
		case r.Kind == progress.Assessed:
			line = c.reported(lang, "slack_assessed", r.Status, r.Who, r.AsOf, r.Evidence)
		default:
			line = c.reported(lang, "slack_claimed", r.Status, r.Who, r.AsOf, r.Evidence)
		}
		if r.Note != "" {
			line += "\n" + quoted(clip(r.Note, noteShown/2))
		}
		s.section(line)
	}
	switch more := len(all) - historyShown; {
	case len(all) == 0:
		s.section(escape(c.texts.Text(lang, "slack_history_none")))
	case more > 0:
		s.note(c.texts.Count(lang, "slack_digest_rest", more))
	}
	s.press(s.button(actShow, c.texts.Text(lang, "slack_btn_text"), one.ID))
	return s
}

// quoted writes words as a quotation, line by line.
func quoted(text string) string {
	lines := strings.Split(strings.TrimSpace(escape(text)), "\n")
	for i, l := range lines {
		lines[i] = "> " + l
	}
	return strings.Join(lines, "\n")
}

// signs stand before a status, for whoever looks quickly; the words say the same.
func sign(s progress.Status) string {
	switch s {
	case progress.NotStarted:
		return "⬜"
	case progress.UnderWay:
		return "🔵"
	case progress.Done:
		return "✅"
	case progress.Blocked:
		return "⛔"
	case progress.NotApplicable:
		return "➖"
	}
	return "⚪"
}

// status says a status in words.
func (c *Channel) status(lang string, s progress.Status) string {
	return c.texts.Text(lang, "slack_status_"+strings.ReplaceAll(string(s), "-", "_"))
}

// statusLine says where a commitment stands in one line: what is claimed, and what was assessed where that is known.
func (c *Channel) statusLine(lang string, now progress.Current) string {
	line := sign(now.Status()) + " " + c.status(lang, now.Status())
	if r := now.Claimed; r != nil {
		line += " (" + c.texts.Text(lang, "slack_claimed_short", locales.Args{"Ago": c.ago(lang, r.AsOf)}) + ")"
	}
	if r := now.Assessed; r != nil {
		line += " · " + c.texts.Text(lang, "slack_assessed_short", locales.Args{"Status": sign(r.Status) + " " + c.status(lang, r.Status), "Ago": c.ago(lang, r.AsOf)})
	}
	return line
}

// statusWhole says what is claimed and what was assessed: who, when, on what evidence.
func (c *Channel) statusWhole(lang string, now progress.Current) string {
	if now.Claimed == nil && now.Assessed == nil {
		return sign(progress.NoInformation) + " " + escape(c.texts.Text(lang, "status_none"))
	}
	var lines []string
	for _, of := range []struct {
		kind, none string
		r          *progress.Report
	}{{"slack_claimed", "slack_claimed_none", now.Claimed}, {"slack_assessed", "slack_assessed_none", now.Assessed}} {
		if of.r == nil {
			lines = append(lines, escape(c.texts.Text(lang, of.none)))
			continue
		}
		lines = append(lines, c.reported(lang, of.kind, of.r.Status, of.r.Who, of.r.AsOf, of.r.Evidence))
		if of.r.Note != "" {
			lines = append(lines, quoted(clip(of.r.Note, noteShown)))
		}
	}
	return strings.Join(lines, "\n")
}

// noteShown is how much of a note a card shows: two of them fit into one block with all that stands around them.
const noteShown = 900

// reported says one report in a line.
func (c *Channel) reported(lang, kind string, s progress.Status, who progress.Person, asOf progress.Day, evidence string) string {
	line := c.texts.Text(lang, kind, locales.Args{
		"Status": sign(s) + " *" + c.status(lang, s) + "*", "Who": person(who.ID), "Day": c.day(lang, asOf), "Ago": c.ago(lang, asOf),
	})
	if progress.WebAddress(evidence) && units(evidence) <= 600 {
		line += " · " + webLink(evidence, c.texts.Text(lang, "slack_evidence"))
	}
	return line
}

// day writes a day in words.
func (c *Channel) day(lang string, d progress.Day) string {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return escape(string(d))
	}
	return c.texts.Text(lang, "date", locales.Args{"Day": t.Day(), "Month": c.texts.Text(lang, "month_"+t.Format("01")), "Year": t.Year()})
}

// ago says how long ago a day was.
func (c *Channel) ago(lang string, d progress.Day) string {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return escape(string(d))
	}
	days := int(c.o.Now().UTC().Sub(t) / (24 * time.Hour))
	return c.daysAgo(lang, days)
}

func (c *Channel) daysAgo(lang string, days int) string {
	switch {
	case days <= 0:
		return c.texts.Text(lang, "slack_today")
	case days < 60:
		return c.texts.Count(lang, "slack_days_ago", days)
	}
	return c.texts.Count(lang, "slack_months_ago", days/30)
}
