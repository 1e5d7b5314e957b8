package slack

import (
	"context"
	"strings"

	"cobijo/knowledge/statement"
)

// compareRows is how many commitments of each side are shown: two columns of five fill one block.
const compareRows = 5

// compareSheet shows two participants side by side: as many of each as fit, the best first where words say what is sought.
func (c *Channel) compareSheet(ctx context.Context, lang string, q query) *sheet {
	s := &sheet{}
	text := func(id string) string { return c.texts.Text(lang, id) }
	left, right := c.base.Statement.Participant(q.participants[0]), c.base.Statement.Participant(q.participants[1])
	both := [2]*statement.Participant{left, right}
	heading := escape(left.Name.In(lang)) + " · " + escape(right.Name.In(lang))
	if t := c.base.Statement.Theme(q.theme); t != nil {
		heading += " – " + escape(t.Title.In(lang))
	} else if q.words != "" {
		heading += " – " + escape(clip(q.words, 60))
	}
	s.section("*" + heading + "*")
	var sides [2][]*statement.Commitment
	var ids []string
	for i, p := range both {
		sides[i] = c.found(query{participants: []string{p.ID}, theme: q.theme, words: q.words})
		ids = append(ids, idsOf(sides[i][:min(len(sides[i]), compareRows)])...)
	}
	now := c.current(ctx, ids...)
	var heads []string
	for i, p := range both {
		heads = append(heads, "*"+escape(p.Name.In(lang))+"*\n"+escape(c.texts.Count(lang, "found", len(sides[i]))))
	}
	s.fields(heads...)
	var cells []string
	for row := range min(compareRows, max(len(sides[0]), len(sides[1]))) {
		for i := range sides {
			switch {
			case row < len(sides[i]):
				one := sides[i][row]
				cells = append(cells, "*"+one.ID+"* · "+escape(one.Title.In(lang))+"\n"+sign(now[one.ID].Status())+" "+c.status(lang, now[one.ID].Status()))
			case row == 0:
				cells = append(cells, escape(text("none_on_this")))
			default:
				cells = append(cells, " ")
			}
		}
	}
	s.fields(cells...)
	var press []element
	for i, p := range both {
		if len(sides[i]) > 0 {
			press = append(press, s.button(actList, c.allOf(lang, p), query{participants: []string{p.ID}, theme: q.theme, words: q.words}.args("0")...))
		}
	}
	s.press(append(press, s.button(actShare, text("slack_btn_share"), append([]string{actCompare}, q.args()...)...))...)
	s.note(strings.TrimSpace(escape(text("cite_document"))))
	return s
}
