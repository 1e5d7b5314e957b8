package slack

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"cobijo/bot/outbox"
	"cobijo/bot/progress"
	"cobijo/bot/reminders"
	"cobijo/locales"
)

// What is done with subscriptions.
const (
	actSubscribe     = "subscribe"
	actSubscriptions = "subscriptions"
	actEdit          = "edit" // subscription
	actPause         = "pause"
	actResume        = "resume"
	actDelete        = "delete"
	actPreview       = "preview"
	actProgress      = "progress" // query
)

// actReminder does what a press on a reminder means; done tells whether it is one.
func (c *Channel) actReminder(ctx context.Context, p *press, lang string) (done bool, err error) {
	if c.remind == nil {
		return false, nil
	}
	id := arg(p.args, 0)
	switch p.act {
	case actSubscribe:
		q, _ := c.queryOf(p.args)
		return true, c.openSubscribe(ctx, &p.asker, lang, p.trigger, "", q)
	case actSubscriptions:
		return true, c.subscriptions(ctx, &p.asker, lang)
	case actEdit:
		return true, c.openSubscribe(ctx, &p.asker, lang, p.trigger, id, query{})
	case actPause, actResume, actDelete, actPreview:
		return true, c.manage(ctx, p, lang, id)
	case actReport:
		return true, c.told(ctx, p, lang, known(ctx, func() error { return c.openReport(ctx, p, lang) }))
	case actRest:
		return true, c.told(ctx, p, lang, known(ctx, func() error { return c.showRest(ctx, p, id, arg(p.args, 1)) }))
	case actNothing, actStop, actMore:
		return true, c.told(ctx, p, lang, known(ctx, func() error { return c.answer(ctx, p, lang) }))
	}
	return false, nil
}

// known does something with a digest. One that was posted a moment ago is shown before it is recorded: it is waited for a little.
func known(ctx context.Context, do func() error) error {
	const tries, pause = 8, 150 * time.Millisecond
	for range tries {
		if err := do(); !errors.Is(err, reminders.ErrUnknown) {
			return err
		}
		select {
		case <-ctx.Done():
			return reminders.ErrUnknown
		case <-time.After(pause):
		}
	}
	return reminders.ErrUnknown
}

// action names what a press does to an item, so that a repeat of it is known.
func (c *Channel) action(ctx context.Context, a *asker, id, occurrence, commitment string) reminders.Action {
	return reminders.Action{
		ID: id, Team: a.team, Channel: a.channel, Occurrence: occurrence, Commitment: commitment,
		Who: progress.Person{ID: a.user, Name: c.people.get(ctx, a.user).name},
	}
}

// answer does what can be done with one press under an item.
func (c *Channel) answer(ctx context.Context, p *press, lang string) error {
	what, args := "", p.args
	if p.act == actMore {
		what, args = arg(p.args, 0), p.args[min(1, len(p.args)):]
	}
	act := c.action(ctx, &p.asker, p.trigger, arg(args, 0), arg(args, 1))
	var d reminders.Digest
	var err error
	switch {
	case p.act == actNothing:
		d, err = c.remind.NothingNew(ctx, act)
	case p.act == actStop:
		d, err = c.remind.Stop(ctx, act)
	case what == moreDay, what == moreWeek:
		days := 1
		if what == moreWeek {
			days = 7
		}
		was, _, find := c.remind.Digest(ctx, act.Occurrence)
		if find != nil {
			return find
		}
		zone := zoneOf(was.Subscription)
		d, err = c.remind.Snooze(ctx, act, progress.DayOf(c.o.Now().In(zone).AddDate(0, 0, days)).Time(zone))
	case what == moreDate, what == moreHand, what == moreStop:
		return c.openMore(ctx, p, lang, what, act)
	default:
		return c.stale(ctx, p, lang)
	}
	if err != nil {
		return err
	}
	return c.refresh(ctx, p, d)
}

// refresh shows a digest anew where one person alone saw it; the one in the channel is updated by the reminders.
func (c *Channel) refresh(ctx context.Context, p *press, d reminders.Digest) error {
	if p.view != nil {
		return c.showHome(ctx, p.team, p.user)
	}
	if !p.replace {
		return nil
	}
	return c.say(ctx, &p.asker, c.digestSheet(d, 0))
}

// showRest shows one person the commitments that a digest had no room for.
func (c *Channel) showRest(ctx context.Context, p *press, occurrence, from string) error {
	d, _, err := c.remind.Digest(ctx, occurrence)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(from)
	return c.say(ctx, &p.asker, c.digestSheet(d, n))
}

// told says what went wrong where a person can do something about it; other errors are given back.
func (c *Channel) told(ctx context.Context, p *press, lang string, err error) error {
	id := reason(err)
	if id == "" {
		return err
	}
	s := &sheet{}
	s.section(escape(c.texts.Text(lang, id, locales.Args{"Command": c.o.Commitments})))
	a := p.asker
	a.replace = false
	if a.url == "" && a.channel == "" { // the App Home has neither
		where, err := c.w.direct(ctx, a.user)
		if err != nil {
			return err
		}
		a.channel = where
	}
	return c.say(ctx, &a, s)
}

// reason gives the text that says what a person did wrong, "" where it was not theirs.
func reason(err error) string {
	for _, r := range []struct {
		err error
		id  string
	}{
		{reminders.ErrUnknown, "slack_err_unknown"}, {reminders.ErrNotAllowed, "slack_err_not_allowed"}, {reminders.ErrNoItem, "slack_err_no_item"},
		{reminders.ErrUntil, "slack_err_until"}, {reminders.ErrAssignee, "slack_err_assignee"}, {progress.ErrEvidence, "slack_err_evidence"},
		{progress.ErrDay, "slack_err_day"}, {progress.ErrNote, "slack_err_note"}, {progress.ErrStatus, "slack_err_status"},
	} {
		if errors.Is(err, r.err) {
			return r.id
		}
	}
	if says(err, "expired_trigger_id", "exchanged_trigger_id") {
		return "slack_err_slow"
	}
	return ""
}

// mayManage tells whether somebody may change a subscription: its owner, and whoever is in its channel.
func (c *Channel) mayManage(ctx context.Context, sub reminders.Subscription, user string) (bool, error) {
	if sub.Owner.ID == user {
		return true, nil
	}
	in, err := c.Member(ctx, sub.Team, sub.Channel, user)
	if kindOf(err) == outbox.Gone {
		return false, nil // of a channel that is no more nobody is a member
	}
	return in, err
}

// manage pauses, resumes, deletes or previews a subscription.
func (c *Channel) manage(ctx context.Context, p *press, lang, id string) error {
	sub, err := c.remind.Subscription(ctx, id)
	if err == nil {
		may, e := c.mayManage(ctx, sub, p.user)
		if err = e; e == nil && (!may || sub.Team != p.team) {
			err = reminders.ErrNotAllowed
		}
	}
	if err != nil {
		return c.told(ctx, p, lang, err)
	}
	said := ""
	switch p.act {
	case actPause:
		err = c.remind.Pause(ctx, id, p.user)
	case actResume:
		err = c.remind.Resume(ctx, id)
	case actDelete:
		err = c.remind.Delete(ctx, id)
	case actPreview:
		err = c.remind.PostNow(ctx, id, p.user)
		said = c.texts.Text(lang, "slack_previewed", locales.Args{"Channel": channelLink(sub.Channel)})
	}
	if err != nil {
		return c.told(ctx, p, lang, err)
	}
	switch {
	case said != "" && p.view == nil:
		s := &sheet{}
		s.section(said)
		p.replace = false
		return c.say(ctx, &p.asker, s)
	case p.view != nil:
		return c.showHome(ctx, p.team, p.user)
	}
	return c.subscriptions(ctx, &p.asker, lang)
}

// subscriptions lists the subscriptions of the channel where it is asked, or one's own in a direct message.
func (c *Channel) subscriptions(ctx context.Context, a *asker, lang string) error {
	s := &sheet{}
	if c.remind == nil {
		s.section(escape(c.texts.Text(lang, "slack_no_reminders")))
		return c.say(ctx, a, s)
	}
	where := a.channel
	if a.private() {
		where = ""
	}
	subs, err := c.remind.Subscriptions(ctx, a.team, where)
	if err != nil {
		return err
	}
	if where == "" {
		subs = mine(subs, a.user)
	} else if in, err := c.Member(ctx, a.team, where, a.user); err == nil && !in {
		subs = mine(subs, a.user) // a channel's matters are its members'
	}
	c.listSubscriptions(s, lang, subs)
	return c.say(ctx, a, s)
}

// mine keeps those that somebody owns, or is to answer.
func mine(subs []reminders.Subscription, user string) []reminders.Subscription {
	var own []reminders.Subscription
	for _, sub := range subs {
		if sub.Owner.ID == user || slices.Contains(sub.Answerers, user) || slices.Contains(sub.Reporters, user) {
			own = append(own, sub)
		}
	}
	return own
}

// listed is how many subscriptions are shown at most: each takes two blocks.
const listed = 15

func (c *Channel) listSubscriptions(s *sheet, lang string, subs []reminders.Subscription) {
	text := func(id string, args ...locales.Args) string { return c.texts.Text(lang, id, args...) }
	if len(subs) == 0 {
		s.section(escape(text("slack_no_subscriptions")))
	}
	for _, sub := range subs[:min(len(subs), listed)] {
		c.subscription(s, lang, sub)
	}
	if more := len(subs) - listed; more > 0 {
		s.note(c.texts.Count(lang, "slack_digest_rest", more))
	}
	add := s.button(actSubscribe, text("slack_btn_subscribe"))
	s.press(add)
}

// subscription writes one, with what can be done with it.
func (c *Channel) subscription(s *sheet, lang string, sub reminders.Subscription) {
	text := func(id string, args ...locales.Args) string { return c.texts.Text(lang, id, args...) }
	lines := []string{
		"*" + escape(c.about(lang, sub)) + "* – " + channelLink(sub.Channel),
		escape(c.rhythm(lang, sub)),
	}
	switch {
	case sub.Paused != nil && sub.Paused.Why == reminders.PausedByPerson:
		lines = append(lines, "⏸ "+text("slack_paused_by", locales.Args{"Who": person(sub.Paused.By), "Day": c.day(lang, progress.DayOf(sub.Paused.Since))}))
	case sub.Paused != nil:
		lines = append(lines, "⏸ "+text("slack_paused_self", locales.Args{"Cause": c.cause(lang, sub.Paused.Cause), "Day": c.day(lang, progress.DayOf(sub.Paused.Since))}))
	default:
		if next, err := c.remind.Next(sub, 1); err == nil && len(next) > 0 {
			lines = append(lines, text("slack_next", locales.Args{"When": c.moment(lang, next[0].Moment.In(zoneOf(sub)))}))
		}
	}
	if len(sub.Answerers) > 0 {
		lines = append(lines, text("slack_to_answer", locales.Args{"Who": mentions(sub.Answerers)}))
	}
	s.section(strings.Join(lines, "\n"))
	del := s.button(actDelete, text("slack_btn_delete"), sub.ID)
	del.Confirm = confirm(text("slack_delete_title"), text("slack_delete_text"), text("slack_btn_delete"), text("slack_btn_cancel"))
	pause := s.button(actPause, text("slack_btn_pause"), sub.ID)
	if sub.Paused != nil {
		pause = s.button(actResume, text("slack_btn_resume"), sub.ID)
	}
	s.press(s.button(actPreview, text("slack_btn_preview"), sub.ID), s.button(actEdit, text("slack_btn_edit"), sub.ID), pause, del)
}

// rhythm says when a subscription posts.
func (c *Channel) rhythm(lang string, sub reminders.Subscription) string {
	r := sub.Rhythm
	at := locales.Args{"Time": time.Date(2000, 1, 1, sub.Hour, sub.Minute, 0, 0, time.UTC).Format("15:04"), "Zone": strings.ReplaceAll(sub.Zone, "_", " "), "Day": r.Day, "Weekday": "", "Rule": clip(r.RRule+r.Cron, 120)}
	first, err := time.Parse(time.DateOnly, string(sub.First))
	if r.Day == 0 && err == nil {
		at["Day"] = first.Day()
	}
	weekday := r.Weekday
	if weekday == "" && err == nil {
		weekday = strings.ToLower(first.Weekday().String()[:3])
	}
	if slices.Contains(weekdays, weekday) {
		at["Weekday"] = c.texts.Text(lang, "slack_weekday_"+weekday)
	}
	switch r.Preset {
	case reminders.Weekly:
		return c.texts.Text(lang, "slack_rhythm_weekly", at)
	case reminders.Monthly:
		return c.texts.Text(lang, "slack_rhythm_monthly", at)
	case reminders.Quarterly:
		return c.texts.Text(lang, "slack_rhythm_quarterly", at)
	}
	return c.texts.Text(lang, "slack_rhythm_rule", at)
}

var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
