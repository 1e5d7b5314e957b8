package slack

import (
	"context"
	"slices"

	api "github.com/slack-go/slack"

	"cobijo/bot/progress"
	"cobijo/bot/reminders"
	"cobijo/locales"
)

const (
	homeItems = 10 // commitments that wait for somebody, as many as are shown
	homeSubs  = 10
)

// showHome shows somebody's App Home: what waits for them, their subscriptions, the overview.
func (c *Channel) showHome(ctx context.Context, team, user string) error {
	lang, _ := c.language(ctx, team, user)
	s := c.homeSheet(ctx, lang, team, user)
	return c.w.publish(ctx, user, api.HomeTabViewRequest{Type: api.VTHomeTab, Blocks: s.view(), CallbackID: "home"})
}

func (c *Channel) homeSheet(ctx context.Context, lang, team, user string) *sheet {
	s := &sheet{}
	text := func(id string, args ...locales.Args) string { return c.texts.Text(lang, id, args...) }
	if c.remind != nil {
		s.header(text("slack_home_waiting"))
		waiting, err := c.remind.Waiting(ctx, team, user, c.groupsOf(ctx, user))
		if err != nil {
			c.o.Log.ErrorContext(ctx, "what waits for somebody is not known", "channel", channel, "error", err)
			s.section(escape(text("slack_failed")))
		} else {
			c.waiting(s, lang, waiting)
		}
		s.divider()
		s.header(text("slack_home_subscriptions"))
		subs, err := c.remind.Subscriptions(ctx, team, "")
		if err != nil {
			c.o.Log.ErrorContext(ctx, "the subscriptions cannot be read", "channel", channel, "error", err)
			s.section(escape(text("slack_failed")))
		} else {
			subs = mine(subs, user)
			c.listSubscriptions(s, lang, subs[:min(len(subs), homeSubs)])
			if more := len(subs) - homeSubs; more > 0 {
				s.note(c.texts.Count(lang, "slack_digest_rest", more))
			}
		}
		s.divider()
	}
	s.header(text("slack_progress_title"))
	if c.book == nil {
		s.section(escape(text("slack_no_book")))
	} else if now, err := c.book.Current(ctx); err != nil {
		c.o.Log.ErrorContext(ctx, "what was reported cannot be read", "channel", channel, "error", err)
		s.section(escape(text("slack_failed")))
	} else {
		c.overview(s, lang, progress.CountAll(c.all(), now))
		s.note(escape(text("slack_progress_foot")))
	}
	s.note(text("slack_home_foot", locales.Args{"Commitments": c.o.Commitments, "Protection": c.o.Protection}))
	return s
}

// waiting lists what waits for somebody.
func (c *Channel) waiting(s *sheet, lang string, digests []reminders.Digest) {
	n := 0
	for _, d := range digests {
		for _, i := range d.Items {
			if !i.Waits() || !i.Snoozed.IsZero() {
				continue
			}
			if n++; n > homeItems {
				continue
			}
			line := c.itemTitle(lang, i.Commitment) + "\n" + c.texts.Text(lang, "slack_home_asked", locales.Args{
				"Channel": channelLink(d.Subscription.Channel), "Day": c.day(lang, progress.DayOf(d.Due)),
			})
			s.section(line)
			report := s.button(actReport, c.texts.Text(lang, "slack_btn_report"), d.Occurrence, i.Commitment)
			report.Style = api.StylePrimary
			s.press(report, s.button(actNothing, c.texts.Text(lang, "slack_btn_nothing"), d.Occurrence, i.Commitment))
		}
	}
	if n == 0 {
		s.section(escape(c.texts.Text(lang, "slack_home_nothing")))
	}
	if n > homeItems {
		s.note(c.texts.Count(lang, "slack_digest_rest", n-homeItems))
	}
}

// groupsOf gives the user groups that somebody is in.
func (c *Channel) groupsOf(ctx context.Context, user string) []string {
	all, err := c.w.bot.GetUserGroupsContext(ctx, api.GetUserGroupsOptionIncludeUsers(true))
	if err != nil {
		return nil
	}
	var ids []string
	for _, g := range all {
		if slices.Contains(g.Users, user) {
			ids = append(ids, g.ID)
		}
	}
	return ids
}
