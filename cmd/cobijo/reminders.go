package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"cobijo/bot/progress"
	"cobijo/bot/reminders"
	"cobijo/knowledge/statement"
	"cobijo/seeds"
)

// remindersCmd is what operators do with reminders from a shell.
type remindersCmd struct {
	List       listReminders    `cmd:"" help:"The subscriptions, and when each is posted next."`
	Add        addReminder      `cmd:"" help:"Add a subscription, or change the one with its id."`
	Pause      pauseReminder    `cmd:"" help:"Let a subscription post nothing until it is resumed."`
	Resume     resumeReminder   `cmd:"" help:"Let a paused subscription post again, from its next run on."`
	Delete     deleteReminder   `cmd:"" help:"Delete a subscription; what was reported stays."`
	Preview    previewReminder  `cmd:"" help:"What a subscription would ask now, and its next runs; nothing is posted."`
	Import     importReminders  `cmd:"" help:"Add or change the subscriptions of a YAML file; all of them, or none where one is wrong."`
	Export     exportReminders  `cmd:"" help:"The subscriptions as YAML, for import."`
	Failed     failedReminders  `cmd:"" help:"What could not be posted and is not tried any more."`
	Retry      retryReminders   `cmd:"" help:"Try again what could not be posted, all of it or the occurrences that are named."`
	Audit      auditReminders   `cmd:"" help:"Every report ever made, as JSON Lines or CSV."`
	Forget     forgetReport     `cmd:"" help:"Delete one report's words; who did it, and when, stays in its place."`
	Milestones milestonesRecord `cmd:"" help:"The days by which something was to be done: list, import (YAML or .ics), drop."`
	Reseal     resealRecords    `cmd:"" help:"Seal all records with the first key of COBIJO_SECRET, so that the others can be dropped."`
}

// with reaches the records, and leaves them afterwards.
func (c recordSettings) with(s *streams, do func(*records, *statement.Statement) error) error {
	text, faults := statement.Load(seeds.FS)
	if err := faults.Err(); err != nil {
		return err
	}
	r, err := c.open("reminders are kept", text, slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	defer r.close()
	return do(r, text)
}

// table prints rows in columns.
func table(out io.Writer, rows [][]string) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print table: %w", err)
	}
	return nil
}

type listReminders struct {
	Team    string `help:"Only those of a workspace." placeholder:"ID"`
	Channel string `help:"Only those of a channel." placeholder:"ID"`
	recordSettings
}

// Run lists the subscriptions.
func (c *listReminders) Run(ctx context.Context, s *streams) error {
	return c.with(s, func(r *records, _ *statement.Statement) error {
		subs, err := r.Subscriptions(ctx, c.Team, c.Channel)
		if err != nil {
			return err
		}
		rows := [][]string{{"id", "team", "channel", "about", "rhythm", "next", "state"}}
		for _, sub := range subs {
			next := "never"
			at, ok, err := r.Planned(ctx, sub.ID)
			if err != nil {
				return err
			}
			if zone, err := time.LoadLocation(sub.Zone); err == nil && ok {
				next = at.In(zone).Format("2006-01-02 15:04 ") + sub.Zone
			}
			rows = append(rows, []string{sub.ID, sub.Team, sub.Channel, about(sub), rhythm(sub), next, state(sub)})
		}
		if len(subs) == 0 {
			fmt.Fprintln(s.out, "No subscriptions.")
			return nil
		}
		return table(s.out, rows)
	})
}

func about(sub reminders.Subscription) string {
	var parts []string
	for _, ids := range [][]string{sub.Participants, sub.Themes, sub.Commitments} {
		if len(ids) > 0 {
			parts = append(parts, clipped(strings.Join(ids, ","), 32))
		}
	}
	return strings.Join(parts, " / ")
}

func rhythm(sub reminders.Subscription) string {
	r := sub.Rhythm
	switch {
	case r.Cron != "":
		return clipped("cron "+r.Cron, 40)
	case r.RRule != "":
		return clipped(r.RRule, 40)
	case r.Weekday != "":
		return string(r.Preset) + " " + r.Weekday
	case r.Day != 0:
		return fmt.Sprintf("%s %d", r.Preset, r.Day)
	}
	return string(r.Preset)
}

func state(sub reminders.Subscription) string {
	if sub.Paused == nil {
		return "active"
	}
	why := string(sub.Paused.Why)
	if sub.Paused.Cause != "" {
		why += ", " + sub.Paused.Cause
	}
	return fmt.Sprintf("paused since %s (%s)", sub.Paused.Since.Format(time.DateOnly), why)
}

type addReminder struct {
	ID          string   `arg:"" optional:"" help:"Its id; one is made up where none is given."`
	Team        string   `required:"" help:"Slack's id of the workspace (T…)." placeholder:"ID"`
	Channel     string   `required:"" help:"Slack's id of the channel (C…)." placeholder:"ID"`
	Participant []string `help:"Commitments of this participant." placeholder:"ID"`
	Theme       []string `help:"Commitments on this theme." placeholder:"ID"`
	Commitment  []string `help:"This commitment." placeholder:"ID"`
	Every       string   `help:"weekly, monthly or quarterly." enum:"weekly,monthly,quarterly," default:""`
	Weekday     string   `help:"Of weekly: mon to sun; that of --first where none is given." placeholder:"DAY"`
	Day         int      `help:"Of monthly and quarterly: 1 to 31, the last day of a shorter month; that of --first where none is given." placeholder:"N"`
	RRule       string   `name:"rrule" help:"An iCalendar recurrence rule in place of --every." placeholder:"RULE"`
	Cron        string   `help:"A cron expression in place of --every." placeholder:"EXPRESSION"`
	At          string   `help:"Time of the day." default:"09:00" placeholder:"HH:MM"`
	Zone        string   `required:"" help:"IANA name of the time zone, as America/Mexico_City." placeholder:"ZONE"`
	Lang        string   `help:"Language of the messages." enum:"es,en" default:"es"`
	First       string   `help:"First day; today where none is given." placeholder:"DATE"`
	Quiet       string   `help:"Hours in which nothing is posted." default:"18:00-08:00" placeholder:"FROM-TO"`
	Answerer    []string `help:"User or user group who answers (U… or S…)." placeholder:"ID"`
	Reporter    []string `help:"User who may act without being in the channel." placeholder:"ID"`
	AgainDays   int      `help:"Working days after which it is asked again; -1 for never." default:"3" placeholder:"N"`
	Group       string   `help:"User group that is mentioned when nobody answers." placeholder:"ID"`
	NoDigest    bool     `help:"No weekly digest of what nobody answered."`
	Owner       string   `help:"User who is told when it pauses or fails (U…)." placeholder:"ID"`
	recordSettings
}

// Run adds a subscription.
func (c *addReminder) Run(ctx context.Context, s *streams) error {
	sub, err := c.subscription(time.Now())
	if err != nil {
		return usageError{err}
	}
	return c.with(s, func(r *records, _ *statement.Statement) error {
		sub, err := r.Save(ctx, sub)
		if err != nil {
			return wrong(err)
		}
		return r.added(ctx, s, sub.ID)
	})
}

// wrong makes what is wrong with a subscription a wrong use of the command.
func wrong(err error) error {
	if ps := (reminders.Problems{}); errors.As(err, &ps) {
		return usageError{err}
	}
	return err
}

func (r *records) added(ctx context.Context, s *streams, id string) error {
	at, ok, err := r.Planned(ctx, id)
	if err != nil {
		return err
	}
	if !ok {
		fmt.Fprintln(s.out, id, "never runs")
		return nil
	}
	fmt.Fprintln(s.out, id, "runs next on", at.UTC().Format("2006-01-02 15:04 UTC"))
	return nil
}

func (c *addReminder) subscription(now time.Time) (reminders.Subscription, error) {
	at, err := time.Parse("15:04", c.At)
	if err != nil {
		return reminders.Subscription{}, fmt.Errorf("--at %q: write 09:00", c.At)
	}
	from, to, ok := strings.Cut(c.Quiet, "-")
	if !ok {
		return reminders.Subscription{}, fmt.Errorf("--quiet %q: write 18:00-08:00", c.Quiet)
	}
	if c.First == "" {
		if zone, err := time.LoadLocation(c.Zone); err == nil {
			now = now.In(zone)
		}
		c.First = now.Format(time.DateOnly)
	}
	return reminders.Subscription{
		ID: c.ID, Team: c.Team, Channel: c.Channel, Participants: c.Participant, Themes: c.Theme, Commitments: c.Commitment,
		Rhythm: reminders.Rhythm{Preset: reminders.Preset(c.Every), Weekday: c.Weekday, Day: c.Day, RRule: c.RRule, Cron: c.Cron},
		Hour:   at.Hour(), Minute: at.Minute(), Zone: c.Zone, Lang: c.Lang, First: progress.Day(c.First), Quiet: reminders.Quiet{From: from, To: to},
		Answerers: c.Answerer, Reporters: c.Reporter, Owner: progress.Person{ID: c.Owner},
		Unanswered: reminders.Unanswered{AgainDays: c.AgainDays, Group: c.Group, NoDigest: c.NoDigest},
	}, nil
}

type pauseReminder struct {
	ID string `arg:"" help:"The subscription's id."`
	recordSettings
}

// Run pauses a subscription.
func (c *pauseReminder) Run(ctx context.Context, s *streams) error {
	return c.with(s, func(r *records, _ *statement.Statement) error { return r.Pause(ctx, c.ID, "operator") })
}

type resumeReminder struct {
	ID  string `arg:"" optional:"" help:"The subscription's id."`
	All bool   `help:"All that paused themselves because the bot could not post."`
	recordSettings
}

// Run resumes subscriptions.
func (c *resumeReminder) Run(ctx context.Context, s *streams) error {
	if c.All == (c.ID != "") {
		return usageError{errors.New("name a subscription, or --all")}
	}
	return c.with(s, func(r *records, _ *statement.Statement) error {
		ids := []string{c.ID}
		if c.All {
			subs, err := r.Subscriptions(ctx, "", "")
			if err != nil {
				return err
			}
			ids = nil
			for _, sub := range subs {
				if sub.Paused != nil && sub.Paused.Why != reminders.PausedByPerson {
					ids = append(ids, sub.ID)
				}
			}
		}
		for _, id := range ids {
			if err := r.Resume(ctx, id); err != nil {
				return err
			}
			if err := r.added(ctx, s, id); err != nil {
				return err
			}
		}
		return nil
	})
}

type deleteReminder struct {
	ID string `arg:"" help:"The subscription's id."`
	recordSettings
}

// Run deletes a subscription.
func (c *deleteReminder) Run(ctx context.Context, s *streams) error {
	return c.with(s, func(r *records, _ *statement.Statement) error { return r.Delete(ctx, c.ID) })
}

type previewReminder struct {
	ID string `arg:"" help:"The subscription's id."`
	recordSettings
}

// Run prints what a subscription would ask now.
func (c *previewReminder) Run(ctx context.Context, s *streams) error {
	return c.with(s, func(r *records, text *statement.Statement) error {
		sub, err := r.Subscription(ctx, c.ID)
		if err != nil {
			return err
		}
		runs, err := r.Next(sub, 5)
		if err != nil {
			return err
		}
		for _, o := range runs {
			moved := ""
			if o.Moved != "" {
				moved = fmt.Sprintf(", posted on %s (%s)", o.Moment.Format("Mon 2006-01-02 15:04"), o.Moved)
			}
			fmt.Fprintf(s.out, "%s due %s%s\n", o.ID, o.Due.Format("Mon 2006-01-02 15:04 MST"), moved)
		}
		d, err := r.Preview(ctx, c.ID)
		if err != nil {
			return err
		}
		rows := [][]string{{"\ncommitment", "title", "claimed", "assessed", "asked"}}
		for _, i := range d.Items {
			title := ""
			if found := text.Commitment(i.Commitment); found != nil {
				title = clipped(found.Title.In(sub.Lang), 50)
			}
			rows = append(rows, []string{i.Commitment, title, statusLine(i.Claimed), statusLine(i.Assessed), strings.Join(i.Asked, ",")})
		}
		return table(s.out, rows)
	})
}

func statusLine(l *reminders.StatusLine) string {
	if l == nil {
		return string(progress.NoInformation)
	}
	return fmt.Sprintf("%s, %d days ago", l.Status, l.Days)
}

type importReminders struct {
	File   string `arg:"" help:"YAML file, - for standard input."`
	DryRun bool   `help:"Only say what is wrong."`
	recordSettings
}

// Run imports subscriptions.
func (c *importReminders) Run(ctx context.Context, s *streams) error {
	data, err := readFile(c.File, s.in)
	if err != nil {
		return err
	}
	return c.with(s, func(r *records, _ *statement.Statement) error {
		subs, faults := reminders.ReadSubscriptions(data, c.File, r.Check)
		if err := faults.Err(); err != nil {
			return err
		}
		if c.DryRun {
			fmt.Fprintln(s.out, len(subs), "subscriptions, nothing wrong")
			return nil
		}
		for _, sub := range subs {
			if _, err := r.Save(ctx, sub); err != nil {
				return fmt.Errorf("save %s: %w", sub.ID, err)
			}
		}
		fmt.Fprintln(s.out, len(subs), "subscriptions saved")
		return nil
	})
}

// maxImport is the most that is read of a file, in bytes.
const maxImport = 8 << 20

func readFile(name string, in io.Reader) ([]byte, error) {
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("read: %w", err)
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxImport))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return data, nil
}

type exportReminders struct{ recordSettings }

// Run exports the subscriptions.
func (c *exportReminders) Run(ctx context.Context, s *streams) error {
	return c.with(s, func(r *records, _ *statement.Statement) error {
		subs, err := r.Subscriptions(ctx, "", "")
		if err != nil {
			return err
		}
		return reminders.WriteSubscriptions(s.out, subs)
	})
}
