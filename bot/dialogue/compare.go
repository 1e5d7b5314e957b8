package dialogue

import (
	"fmt"
	"slices"
	"strings"

	"cobijo/knowledge/guidance"
	"cobijo/knowledge/markdown"
	"cobijo/knowledge/understand"
	"cobijo/locales"
)

// What countries are compared on.
const (
	compareAll      = "all" // asks on what
	compareDeadline = "deadline"
	compareDecision = "decision"
	compareCost     = "cost"
	compareWork     = "work"
	compareAppeal   = "appeal"
)

var comparisons = []string{compareDeadline, compareDecision, compareCost, compareWork, compareAppeal}

// comparedBy says which topic's question is answered by comparing what.
var comparedBy = map[string]string{
	"deadlines": compareDeadline, "decision-times": compareDecision, "fees-and-scams": compareCost, "work": compareWork, "appeal": compareAppeal, "how-to-apply": compareAll,
}

// asksComparison tells whether a message asks how it is in all countries: "in which country is it faster?"
func (t *turn) asksComparison(r *understand.Reading) bool {
	_, can := comparedBy[r.Top().Topic]
	return can && len(r.Countries) == 0 && r.Guidance() > 0.5 && r.HasPhrase("cada pais", "todos los paises", "que pais", "cual pais", "los paises", "otros paises", "each country", "every country", "which country", "what country", "all countries", "where is it", "donde es mas", "donde resuelven", "which is the fastest country", "all the countries", "other countries", "countries")
}

func (t *turn) compareCountries(r *understand.Reading) {
	t.introduce()
	t.compareAll(comparedBy[r.Top().Topic])
	last := &t.replies[len(t.replies)-1]
	last.Topic, last.Score = r.Top().Topic, r.Top().Score
}

// compareAll shows what a country's data says on one thing, a country a line; the data bears the sources.
func (t *turn) compareAll(what string) bool {
	if what == compareAll {
		reply := Reply{Kind: Menu, Text: t.text("compare_what")}
		for _, c := range comparisons {
			reply.Choices = append(reply.Choices, t.choiceOf(actCompare, c, "compare_"+c))
		}
		reply.Choices = append(reply.Choices, t.choice(actMenu, "btn_menu"))
		t.say(reply)
		return true
	}
	if !slices.Contains(comparisons, what) {
		return false
	}
	var lines []string
	reply := Reply{Kind: Guidance, Country: guidance.Regional, Score: 1}
	for topic, by := range comparedBy {
		if by == what {
			reply.Topic, reply.ID = topic, guidance.Regional+"/"+topic
		}
	}
	for _, c := range t.base.Guidance.Countries {
		f := t.base.Guidance.Facts(c.Code)
		if c.Code == guidance.Regional || f == nil {
			continue
		}
		text, sources := t.compared(f, what)
		lines = append(lines, fmt.Sprintf("- %s **%s**: %s", c.Flag, markdown.Escape(c.Name.In(t.s.Lang)), text))
		for _, id := range sources {
			if s := t.base.Guidance.Source(c.Code, id); s != nil && !slices.Contains(reply.Sources, s) {
				reply.Sources = append(reply.Sources, s)
			}
		}
	}
	reply.Text = "**" + t.text("compare_"+what) + "**\n\n" + strings.Join(lines, "\n") + "\n\n*" + t.text("compare_note", locales.Args{"Date": t.date(t.base.Guidance.Reviewed())}) + "*"
	for _, c := range comparisons {
		if c != what {
			reply.Choices = append(reply.Choices, t.choiceOf(actCompare, c, "compare_"+c))
		}
	}
	reply.Choices = append(reply.Choices, t.choice(actCountry, "btn_country"), t.choice(actMenu, "btn_menu"))
	t.say(reply)
	return true
}

// compared is what a country's data says on one thing, and its sources.
func (t *turn) compared(f *guidance.Facts, what string) (string, []string) {
	var limit *guidance.Limit
	var noted *guidance.Noted
	switch what {
	case compareDeadline:
		limit = f.Deadline
	case compareAppeal:
		limit = f.Appeal
	case compareDecision:
		noted = f.Decision
	case compareCost:
		noted = f.Cost
	case compareWork:
		noted = f.Work
	}
	switch {
	case limit != nil && limit.Unit == guidance.NoLimit:
		return t.text("no_limit"), limit.Sources
	case limit != nil:
		return t.texts.Count(t.s.Lang, "limit_"+underscored(limit.Unit), limit.Amount), limit.Sources
	case noted != nil:
		return markdown.Escape(noted.In(t.s.Lang)), noted.Sources
	}
	return t.text("not_found"), nil
}
