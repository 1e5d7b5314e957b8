package slack

import (
	"context"
	"strconv"
	"strings"

	"cobijo/bot/progress"
	"cobijo/knowledge/statement"
	"cobijo/locales"
)

// barLength is how many characters a bar has.
const barLength = 12

// bar draws a part of a whole; what is more than nothing shows.
func bar(n, of int) string {
	if of <= 0 {
		return strings.Repeat("░", barLength)
	}
	full := (n*barLength + of/2) / of
	if n > 0 {
		full = max(full, 1)
	}
	if n < of {
		full = min(full, barLength-1)
	}
	return strings.Repeat("▓", full) + strings.Repeat("░", barLength-full)
}

// progressSheet shows how many commitments have which status: what is claimed, and apart from that what was assessed.
func (c *Channel) progressSheet(ctx context.Context, lang string, q query) *sheet {
	s := &sheet{}
	text := func(id string) string { return c.texts.Text(lang, id) }
	if c.book == nil {
		s.section(escape(text("slack_no_book")))
		return s
	}
	all := c.found(q)
	if len(all) == 0 {
		s.section(escape(text("none_found")))
		return s
	}
	now, err := c.book.Current(ctx)
	if err != nil {
		c.o.Log.ErrorContext(ctx, "what was reported cannot be read", "channel", channel, "error", err)
		s.section(escape(text("slack_failed")))
		return s
	}
	s.header(text("slack_progress_title"))
	s.section(c.title(lang, q, len(all)))
	c.overview(s, lang, progress.CountAll(all, now))
	group, name := progress.ByParticipant, c.participantName
	if len(q.participants) == 1 {
		group, name = progress.ByTheme, c.themeName
	}
	if lines := c.groupLines(lang, progress.CountBy(all, now, group), name); len(lines) > 0 {
		s.section(strings.Join(lines, "\n"))
	}
	press := []element{
		s.button(actList, text("slack_btn_list"), q.args("0")...),
		s.button(actShare, text("slack_btn_share"), append([]string{actProgress}, q.args()...)...),
	}
	if c.remind != nil {
		press = append(press, s.button(actSubscribe, text("slack_btn_subscribe"), q.args()...))
	}
	s.press(press...)
	s.note(escape(text("slack_progress_foot")))
	return s
}

func (c *Channel) participantName(lang, id string) string {
	if p := c.base.Statement.Participant(id); p != nil {
		return p.Name.In(lang)
	}
	return id
}

func (c *Channel) themeName(lang, id string) string {
	if t := c.base.Statement.Theme(id); t != nil {
		return t.Title.In(lang)
	}
	return id
}

// overview shows the counts of each status.
func (c *Channel) overview(s *sheet, lang string, n progress.Count) {
	s.section(c.texts.Text(lang, "slack_progress_claimed") + "\n" + c.bars(lang, n.Claimed, n.Total, true))
	if n.Assessed[progress.NoInformation] == n.Total {
		s.note(escape(c.texts.Text(lang, "slack_progress_not_assessed")))
		return
	}
	s.section(c.texts.Text(lang, "slack_progress_assessed") + "\n" + c.bars(lang, n.Assessed, n.Total, false))
}

// bars draws the counts; those that are nothing only where all are wanted.
func (c *Channel) bars(lang string, by map[progress.Status]int, total int, all bool) string {
	var lines []string
	for _, st := range progress.AllStatuses() {
		if by[st] == 0 && !all {
			continue
		}
		lines = append(lines, "`"+bar(by[st], total)+"` "+strconv.Itoa(by[st])+" "+sign(st)+" "+c.status(lang, st))
	}
	return strings.Join(lines, "\n")
}

// groupLines says in a line for each group what was reported; groups of which nothing was reported are counted.
func (c *Channel) groupLines(lang string, counts []progress.Count, name func(lang, id string) string) []string {
	var lines []string
	silent := 0
	for _, n := range counts {
		var parts []string
		for _, st := range progress.Statuses() {
			if k := n.Claimed[st]; k > 0 {
				parts = append(parts, sign(st)+" "+strconv.Itoa(k))
			}
		}
		if len(parts) == 0 {
			silent++
			continue
		}
		known := n.Total - n.Claimed[progress.NoInformation]
		lines = append(lines, "*"+escape(name(lang, n.Group))+"*  "+strings.Join(parts, "  ")+"  "+
			escape(c.texts.Text(lang, "slack_progress_of", locales.Args{"N": known, "Of": n.Total})))
	}
	if silent > 0 && len(counts) > 1 {
		lines = append(lines, escape(c.texts.Count(lang, "slack_progress_silent", silent)))
	}
	return lines
}

// all gives every commitment.
func (c *Channel) all() []*statement.Commitment { return c.base.Statement.Commitments }
