package slack

import (
	"context"
	"slices"
	"strconv"
	"strings"

	api "github.com/slack-go/slack"

	"cobijo/bot/progress"
	"cobijo/knowledge/statement"
	"cobijo/locales"
)

const (
	pageSize = 5
	maxWords = 200 // characters of a question that a button bears
	maxIDs   = 40  // commitments that a button bears by name
)

// query says which commitments are asked for. It stands whole in each button, so that any replica turns any page.
type query struct {
	participants []string
	theme        string
	words        string
	ids          []string // these, whatever else is said
}

// args writes a query into a button.
func (q query) args(more ...string) []string {
	return append([]string{strings.Join(q.participants, ","), q.theme, clip(q.words, maxWords), strings.Join(q.ids[:min(len(q.ids), maxIDs)], ",")}, more...)
}

// queryOf reads what args wrote, as far as there still is what it names.
func (c *Channel) queryOf(args []string) (q query, rest []string) {
	for id := range strings.SplitSeq(arg(args, 0), ",") {
		if c.base.Statement.Participant(id) != nil {
			q.participants = append(q.participants, id)
		}
	}
	if c.base.Statement.Theme(arg(args, 1)) != nil {
		q.theme = arg(args, 1)
	}
	q.words = arg(args, 2)
	for id := range strings.SplitSeq(arg(args, 3), ",") {
		if c.base.Statement.Commitment(id) != nil {
			q.ids = append(q.ids, id)
		}
	}
	return q, args[min(4, len(args)):]
}

func (q query) filter() statement.Filter {
	return statement.Filter{Participants: q.participants, Theme: q.theme}
}

// readQuery reads "mx detention children": ids of participants and themes first, then words, as people write them.
func (c *Channel) readQuery(text string) query {
	var q query
	words := strings.Fields(text)
	for len(words) > 0 {
		w := strings.ToLower(strings.Trim(words[0], ",;:"))
		switch {
		case c.base.Statement.Participant(w) != nil:
			if !slices.Contains(q.participants, w) {
				q.participants = append(q.participants, w)
			}
		case q.theme == "" && c.base.Statement.Theme(w) != nil:
			q.theme = w
		case c.base.Statement.Commitment(w) != nil:
			q.ids = append(q.ids, w)
		default:
			q.words = strings.Join(words, " ")
			return q
		}
		words = words[1:]
	}
	return q
}

// found gives the commitments that a query asks for.
func (c *Channel) found(q query) []*statement.Commitment {
	if len(q.ids) == 0 {
		return c.base.Find(q.filter(), clip(q.words, maxWords))
	}
	var all []*statement.Commitment
	for _, id := range q.ids {
		if one := c.base.Statement.Commitment(id); one != nil {
			all = append(all, one)
		}
	}
	return all
}

func idsOf(cs []*statement.Commitment) []string {
	var ids []string
	for _, c := range cs[:min(len(cs), maxIDs)] {
		ids = append(ids, c.ID)
	}
	return ids
}

// current gives where commitments stand; of those of which that is not known, or nobody reported, nothing.
func (c *Channel) current(ctx context.Context, ids ...string) map[string]progress.Current {
	if c.book == nil || len(ids) == 0 {
		return nil
	}
	now, err := c.book.Current(ctx, ids...)
	if err != nil {
		c.o.Log.ErrorContext(ctx, "what was reported cannot be read", "channel", channel, "error", err)
	}
	return now
}

// title says what was asked for and how much was found.
func (c *Channel) title(lang string, q query, n int) string {
	var what []string
	for _, id := range q.participants {
		what = append(what, c.base.Statement.Participant(id).Name.In(lang))
	}
	if t := c.base.Statement.Theme(q.theme); t != nil {
		what = append(what, t.Title.In(lang))
	}
	if q.words != "" {
		what = append(what, c.texts.Text(lang, "slack_quoted", locales.Args{"Words": clip(q.words, 60)}))
	}
	count := c.texts.Count(lang, "found", n)
	if len(what) == 0 {
		return "*" + escape(count) + "*"
	}
	return "*" + escape(strings.Join(what, " · ")) + "* – " + escape(count)
}

// listSheet shows a page of the commitments that a query asks for, from the n-th on.
func (c *Channel) listSheet(ctx context.Context, lang string, q query, from int) *sheet {
	s := &sheet{}
	text := func(id string, args ...locales.Args) string { return c.texts.Text(lang, id, args...) }
	all := c.found(q)
	if len(all) == 0 {
		s.section(escape(text("none_found")))
		if len(q.participants) == 1 {
			if p := c.base.Statement.Participant(q.participants[0]); p.Commitments == 0 && p.Note.In(lang) != "" {
				s.section(escape(p.Note.In(lang)))
			}
		}
		c.filters(s, lang)
		return s
	}
	if from < 0 || from >= len(all) {
		from = 0
	}
	page := all[from:min(from+pageSize, len(all))]
	s.section(c.title(lang, q, len(all)))
	now := c.current(ctx, idsOf(page)...)
	for _, one := range page {
		who := ""
		if len(q.participants) != 1 {
			who = escape(c.base.Statement.Participant(one.Participant).Name.In(lang)) + ": "
		}
		line := "*" + one.ID + "* · " + who + escape(one.Title.In(lang)) + "\n" + c.statusLine(lang, now[one.ID])
		s.row(line, s.button(actShow, text("slack_btn_open"), one.ID))
	}
	var press []api.BlockElement
	if from > 0 {
		press = append(press, s.button(actList, text("btn_previous"), q.args(strconv.Itoa(max(from-pageSize, 0)))...))
	}
	if to := from + pageSize; to < len(all) {
		press = append(press, s.button(actList, text("slack_btn_next", locales.Args{"From": to + 1, "To": min(to+pageSize, len(all)), "N": len(all)}), q.args(strconv.Itoa(to))...))
	}
	press = append(press, s.button(actShare, text("slack_btn_share"), append([]string{actList}, q.args(strconv.Itoa(from))...)...),
		s.button(actExport, text("slack_btn_csv"), append([]string{"csv"}, q.args()...)...),
		s.button(actExport, text("slack_btn_json"), append([]string{"json"}, q.args()...)...))
	s.press(press...)
	c.filters(s, lang)
	s.note(escape(text("cite_document")))
	return s
}

// filters are the menus from which a participant or a theme is chosen.
func (c *Channel) filters(s *sheet, lang string) {
	var who, on []*api.OptionBlockObject
	for _, p := range c.base.Statement.Participants {
		who = append(who, choice(value(query{participants: []string{p.ID}}.args("0")...), p.Name.In(lang)))
	}
	for _, t := range c.base.Statement.Themes {
		on = append(on, choice(value(query{theme: t.ID}.args("0")...), t.Title.In(lang)))
	}
	s.press(s.menu(actList, c.texts.Text(lang, "btn_participants"), who...), s.menu(actList, c.texts.Text(lang, "btn_themes"), on...))
}
