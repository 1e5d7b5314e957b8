package slack

import (
	"cmp"
	"context"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"cobijo/bot/gaps"
	"cobijo/locales"
)

var _ gaps.Poster = (*Channel)(nil)

// gapsMark is the metadata of a month's report, with the month.
const gapsMark = "cobijo_gaps"

// gapsShown is how many groups a month's report names; the command tells all.
const gapsShown = 20

// PostGaps posts a month's report of what could not be answered.
func (c *Channel) PostGaps(ctx context.Context, where, lang, month string, r *gaps.Report) (ts string, err error) {
	return c.w.post(ctx, where, "", c.gapsSheet(c.langOf(lang), month, r).message(), mark{gapsMark, map[string]any{"month": month}})
}

// FindGaps looks in a channel's history for a month's report.
func (c *Channel) FindGaps(ctx context.Context, where, month string, since time.Time) (ts string, err error) {
	return c.find(ctx, where, "", since.Add(-clockSkew), func(k api.SlackMetadata) bool {
		return k.EventType == gapsMark && k.EventPayload["month"] == month
	})
}

// gapsSheet writes a month's report. As the command, it tells no sums and no small numbers.
func (c *Channel) gapsSheet(lang, month string, r *gaps.Report) *sheet {
	s := &sheet{}
	text := func(id string, args ...locales.Args) string { return c.texts.Text(lang, id, args...) }
	year, number, _ := strings.Cut(month, "-")
	s.header(text("slack_gaps_title", locales.Args{"Month": text("month_year", locales.Args{"Month": text("month_" + number), "Year": year})}))
	groups := r.Missing()
	if len(groups) == 0 {
		s.section(escape(text("slack_gaps_nothing")))
		return s
	}
	s.section(escape(text("slack_gaps_intro")))
	var lines []string
	for _, g := range groups[:min(len(groups), gapsShown)] {
		parts := make([]string, 0, 2)
		if g.Unanswered > 0 {
			parts = append(parts, text("slack_gaps_unanswered", locales.Args{"N": g.Unanswered.String()}))
		}
		if g.NotUseful > 0 {
			parts = append(parts, text("slack_gaps_not_useful", locales.Args{"N": g.NotUseful.String()}))
		}
		lines = append(lines, "• "+c.gapName(lang, g)+": "+escape(strings.Join(parts, ", ")))
	}
	s.section(strings.Join(lines, "\n"))
	if more := len(groups) - gapsShown; more > 0 {
		s.section(c.texts.Count(lang, "slack_gaps_more", more, locales.Args{"Command": "cobijo report --month " + month}))
	}
	s.note(escape(text("slack_gaps_foot", locales.Args{"N": gaps.Fewest})))
	return s
}

// gapName names a topic in a country. What the content does not know any more is named as it was counted.
func (c *Channel) gapName(lang string, g gaps.Group) string {
	country, topic := g.Country, g.Topic
	if known := c.base.Guidance.Country(country); known != nil {
		country = known.Name.In(lang)
	}
	if known := c.base.Guidance.Topic(topic); known != nil {
		topic = known.Title.In(lang)
	}
	country = cmp.Or(country, c.texts.Text(lang, "slack_gaps_no_country"))
	topic = cmp.Or(topic, c.texts.Text(lang, "slack_gaps_no_topic"))
	return "*" + escape(clip(country, 60)) + "* · " + escape(clip(topic, 60))
}
