package slack

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"cobijo/bot/outbox"
	"cobijo/bot/reminders"
	"cobijo/locales"
)

// The metadata of what the reminders post.
const (
	reminderMark = "cobijo_reminder" // with the occurrence
	noteMark     = "cobijo_note"     // with the note's id
)

// Post posts a digest; with d.Only it shows it to that user alone.
func (c *Channel) Post(ctx context.Context, d reminders.Digest) (reminders.Posted, error) {
	sub := d.Subscription
	m := c.digestSheet(d, 0).message()
	if d.Only != "" {
		err := c.w.whisper(ctx, sub.Channel, d.Only, "", m)
		if says(err, "user_not_in_channel", "not_in_channel", "channel_not_found", "is_archived") {
			where, err := c.w.direct(ctx, d.Only)
			if err != nil {
				return reminders.Posted{}, err
			}
			_, err = c.w.post(ctx, where, "", m, mark{})
			return reminders.Posted{Team: sub.Team, Channel: where}, err
		}
		return reminders.Posted{Team: sub.Team, Channel: sub.Channel}, err
	}
	ts, err := c.w.post(ctx, sub.Channel, "", m, mark{reminderMark, map[string]any{"occurrence": d.Occurrence}})
	return reminders.Posted{Team: sub.Team, Channel: sub.Channel, TS: ts}, err
}

// Find looks in the channel's history for the message of an occurrence.
func (c *Channel) Find(ctx context.Context, team, where, occurrence string, since time.Time) (reminders.Posted, bool, error) {
	ts, err := c.find(ctx, where, "", since.Add(-clockSkew), func(k api.SlackMetadata) bool {
		return k.EventType == reminderMark && k.EventPayload["occurrence"] == occurrence
	})
	if err != nil || ts == "" {
		return reminders.Posted{}, false, err
	}
	return reminders.Posted{Team: team, Channel: where, TS: ts}, true, nil
}

// find looks for our own message that bears a mark. Until Slack said who we are none could be told for ours, and what was posted would
// be posted again.
func (c *Channel) find(ctx context.Context, where, thread string, since time.Time, fits func(api.SlackMetadata) bool) (ts string, err error) {
	me := c.me.Load()
	if me == nil {
		return "", &outbox.SendError{Kind: outbox.Unavailable, RetryAfter: time.Second, Unsent: true, Cause: errors.New("Slack did not say yet who we are")} //nolint:staticcheck // a name
	}
	return c.w.find(ctx, where, thread, since, *me, fits)
}

// Update shows a digest in place of what was posted.
func (c *Channel) Update(ctx context.Context, p reminders.Posted, d reminders.Digest) error {
	if p.TS == "" {
		return nil
	}
	return c.w.change(ctx, p.Channel, p.TS, c.digestSheet(d, 0).message(), mark{reminderMark, map[string]any{"occurrence": d.Occurrence}})
}

// Thread posts a note below a digest, once: one that was tried before is looked for.
func (c *Channel) Thread(ctx context.Context, p reminders.Posted, n reminders.Note) error {
	if p.TS == "" {
		return nil
	}
	ts, err := c.find(ctx, p.Channel, p.TS, time.Unix(0, 0), func(k api.SlackMetadata) bool {
		return k.EventType == noteMark && k.EventPayload["id"] == n.ID
	})
	if err != nil || ts != "" {
		return err
	}
	_, err = c.w.post(ctx, p.Channel, p.TS, c.noteSheet(n).message(), mark{noteMark, map[string]any{"id": n.ID}})
	return err
}

// noteItems is how many commitments a note names.
const noteItems = 15

// noteSheet writes a note: whom it calls, and what about.
func (c *Channel) noteSheet(n reminders.Note) *sheet {
	s := &sheet{}
	lang := c.langOf(n.Lang)
	id := "slack_note_" + strings.ReplaceAll(string(n.Kind), "-", "_")
	who := mentions(n.Mention)
	if who == "" {
		who = c.texts.Text(lang, "slack_everybody")
	}
	lines := []string{c.texts.Count(lang, id, len(n.Items), locales.Args{"Who": who})}
	for _, i := range n.Items[:min(len(n.Items), noteItems)] {
		lines = append(lines, "• "+c.itemTitle(lang, i.Commitment))
	}
	if more := len(n.Items) - noteItems; more > 0 {
		lines = append(lines, c.texts.Count(lang, "slack_digest_rest", more))
	}
	s.section(strings.Join(lines, "\n"))
	return s
}

// Tell writes to one user.
func (c *Channel) Tell(ctx context.Context, _, user string, n reminders.Notice) error {
	where, err := c.w.direct(ctx, user)
	if err != nil {
		return err
	}
	_, err = c.w.post(ctx, where, "", c.noticeSheet(n).message(), mark{})
	return err
}

// causeRenamed is our own code for a channel that has another name now.
const causeRenamed = "channel_renamed"

// noticeSheet tells a subscription's owner what became of it.
func (c *Channel) noticeSheet(n reminders.Notice) *sheet {
	s := &sheet{}
	lang, sub := c.langOf(n.Lang), n.Subscription
	args := locales.Args{"Channel": channelLink(sub.Channel), "About": escape(c.about(lang, sub)), "By": person(n.By), "Cause": c.cause(lang, n.Cause)}
	switch {
	case n.Kind == reminders.NoticeFailed:
		s.section(c.texts.Text(lang, "slack_notice_failed", args))
	case n.Why == reminders.PausedByPerson:
		s.section(c.texts.Text(lang, "slack_notice_person", args))
	case n.Why == reminders.PausedConfig:
		s.section(c.texts.Text(lang, "slack_notice_config", args))
	case n.Cause == causeRenamed:
		s.section(c.texts.Text(lang, "slack_notice_renamed", args))
	case n.Cause == "is_archived":
		s.section(c.texts.Text(lang, "slack_notice_archived", args))
	default:
		s.section(c.texts.Text(lang, "slack_notice_gone", args))
	}
	if n.Kind == reminders.NoticePaused {
		s.press(s.button(actResume, c.texts.Text(lang, "slack_btn_resume"), sub.ID), s.button(actEdit, c.texts.Text(lang, "slack_btn_edit"), sub.ID))
	}
	return s
}

// cause says in words why we may not post; a code of Slack's that is not known as it stands.
func (c *Channel) cause(lang, code string) string {
	switch code {
	case "is_archived", "not_in_channel", "channel_not_found", "token_revoked", causeRenamed:
		return c.texts.Text(lang, "slack_cause_"+code)
	}
	return escape(clip(code, 80))
}

// Member tells whether a user is in a channel.
func (c *Channel) Member(ctx context.Context, _, where, user string) (bool, error) {
	all, err := c.people.in(ctx, where)
	if err != nil {
		return false, err
	}
	if slices.Contains(all, user) {
		return true, nil
	}
	c.people.forget(where) // whoever was just added is not sent away twice
	if all, err = c.people.in(ctx, where); err != nil {
		return false, err
	}
	return slices.Contains(all, user), nil
}
