package reminders

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cobijo/bot/progress"
)

// at posts what is due at a moment and follows up what is to be, without a queue: its tasks are done at once.
func (r *rig) at(t *testing.T, day string, hour int) {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02", day, nine(t).Location())
	if err != nil {
		t.Fatal(err)
	}
	r.clock.freeze(at.Add(time.Duration(hour) * time.Hour))
	ctx := context.Background()
	for range 4 { // what follows from it may be due too
		r.plan(ctx)
		r.drain(t)
	}
}

// drain does the tasks that wait in the queue.
func (r *rig) drain(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	for range 20 {
		tasks, err := r.tasks.ListPendingTasks(queueName)
		if err != nil {
			return // no task ever
		}
		scheduled, err := r.tasks.ListScheduledTasks(queueName)
		if err != nil {
			t.Fatal(err)
		}
		if len(tasks)+len(scheduled) == 0 {
			return
		}
		for _, info := range append(tasks, scheduled...) {
			if err := r.handle(ctx, newTask(info.Type, info.Payload)); err != nil {
				if l := (*laterError)(nil); errors.As(err, &l) && l.after < time.Second {
					time.Sleep(l.after)
					continue
				}
				if !failed(err) {
					t.Logf("%s: later", info.ID)
				} else {
					t.Fatalf("%s: %v", info.ID, err)
				}
			}
			if err := r.tasks.DeleteTask(queueName, info.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Fatal("the queue does not become empty")
}

func (r *rig) notes() []string {
	r.channel.mu.Lock()
	defer r.channel.mu.Unlock()
	var all []string
	for _, n := range r.channel.notes {
		all = append(all, fmt.Sprintf("%s %v %v", n.Kind, n.Mention, n.Items))
	}
	return all
}

func (r *rig) posts() []string {
	var all []string
	for _, p := range r.channel.all() {
		all = append(all, fmt.Sprintf("%s %s %v", p.Occurrence, p.Kind, p.Items))
	}
	return all
}

// posted gives a rig whose subscription was posted on Wednesday 25 November 2026.
func posted(t *testing.T, sub Subscription) *rig {
	t.Helper()
	r := newRig(t, embedded(t), nine(t).Add(-time.Minute))
	r.clock.freeze(nine(t).Add(-time.Minute))
	save(t, r.Service, sub)
	r.at(t, "2026-11-25", 9)
	if got := r.posts(); !slices.Equal(got, []string{"a@2026-11-25 review [mx-01 mx-02]"}) {
		t.Fatalf("posted %v", got)
	}
	return r
}

func monthly25(u Unanswered) Subscription {
	sub := weekly("a", "C1")
	sub.Rhythm = Rhythm{Preset: Quarterly, Day: 25}
	sub.Unanswered = u
	return sub
}

func TestEscalation(t *testing.T) {
	r := posted(t, monthly25(Unanswered{AgainDays: 2, Group: "SGROUP"}))
	r.at(t, "2026-11-26", 10)
	if got := r.notes(); len(got) != 0 {
		t.Fatalf("after a day: %v", got)
	}
	r.at(t, "2026-11-27", 9) // two working days
	r.at(t, "2026-11-30", 9)
	again := "again [UM1] [mx-01 mx-02]"
	if got := r.notes(); !slices.Equal(got, []string{again}) {
		t.Fatalf("after two working days: %v", got)
	}
	// One of the two is answered: the other alone goes on.
	a := Action{ID: "v1", Team: "T1", Channel: "C1", Occurrence: "a@2026-11-25", Commitment: "mx-01", Who: progress.Person{ID: "UM2", Name: "Ana"}}
	d, err := r.NothingNew(t.Context(), a)
	if err != nil || d.Items[0].Answered == nil || d.Items[0].Answered.Who.ID != "UM2" || d.Items[1].Answered != nil || d.Items[1].Level != AskedAgain {
		t.Fatalf("%+v %v", d.Items, err)
	}
	r.at(t, "2026-12-01", 9) // four working days
	r.at(t, "2026-12-02", 18)
	group := "group [SGROUP] [mx-02]"
	if got := r.notes(); !slices.Equal(got, []string{again, group}) {
		t.Fatalf("after four working days: %v", got)
	}
	r.at(t, "2026-12-03", 9) // six: the week's digest alone
	r.at(t, "2026-12-07", 9)
	r.at(t, "2026-12-08", 9)
	r.at(t, "2026-12-14", 9)
	if got, want := r.posts(), []string{"a@2026-11-25 review [mx-01 mx-02]", "a@2026-12-07w week [mx-02]", "a@2026-12-14w week [mx-02]"}; !slices.Equal(got, want) {
		t.Fatalf("posted %v, want %v", got, want)
	}
	if got := r.notes(); len(got) != 2 {
		t.Errorf("notes %v", got)
	}
	// The week's digest acts on the occurrence that it is of.
	a.Occurrence, a.Commitment, a.ID = "a@2026-12-14w", "mx-02", "v2"
	d, err = r.Report(t.Context(), a, progress.Report{Status: progress.UnderWay, Note: "plan", Evidence: "https://example.org/plan"})
	if err != nil || d.Occurrence != "a@2026-11-25" || len(d.Open()) != 0 {
		t.Fatalf("%+v %v", d, err)
	}
	r.at(t, "2026-12-21", 9)
	if got := r.posts(); len(got) != 3 {
		t.Errorf("asked again after the last answer: %v", got)
	}
	history, err := r.o.Book.History(t.Context(), "mx-02")
	if err != nil || len(history) != 1 || history[0].Occurrence != "a@2026-11-25" || history[0].AsOf != "2026-12-14" || history[0].Kind != progress.Claimed {
		t.Errorf("%+v %v", history, err)
	}
}

func TestNaggingEnds(t *testing.T) {
	r := posted(t, monthly25(Unanswered{AgainDays: 8, Group: "SGROUP"}))
	for day := range 40 {
		r.at(t, nine(t).AddDate(0, 0, day).Format(time.DateOnly), 9)
	}
	// Eight working days are 7 December; sixteen would be the 17th, after the ceiling of 14 days: the week's digest alone.
	if got := r.notes(); !slices.Equal(got, []string{"again [UM1] [mx-01 mx-02]"}) {
		t.Errorf("notes %v", got)
	}
	if got := r.posts()[1:]; !slices.Equal(got, []string{"a@2026-12-14w week [mx-01 mx-02]", "a@2026-12-21w week [mx-01 mx-02]", "a@2026-12-28w week [mx-01 mx-02]"}) {
		t.Errorf("posted %v", got)
	}
}

func TestNextOccurrenceSupersedes(t *testing.T) {
	r := posted(t, weekly("a", "C1"))
	a := Action{Team: "T1", Channel: "C1", Occurrence: "a@2026-11-25", Who: progress.Person{ID: "UM1"}}
	a.Commitment = "mx-01"
	if _, err := r.Report(t.Context(), a, progress.Report{Status: progress.Done}); err != nil {
		t.Fatal(err)
	}
	a.Commitment = "mx-02"
	if _, err := r.NothingNew(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	r.at(t, "2026-12-02", 9)
	// What is done is not asked for again; "nothing new" held for one occurrence.
	if got := r.posts()[1:]; !slices.Equal(got, []string{"a@2026-12-02 review [mx-02]"}) {
		t.Fatalf("posted %v", got)
	}
	d, _, err := r.Digest(t.Context(), "a@2026-11-25")
	if err != nil || !d.Superseded || d.Items[0].Claimed.Status != progress.Done {
		t.Errorf("%+v %v", d, err)
	}
	// A button of the old message acts on the new one.
	d, err = r.NothingNew(t.Context(), a)
	if err != nil || d.Occurrence != "a@2026-12-02" || d.Items[0].Answered == nil {
		t.Errorf("%+v %v", d, err)
	}
	// Somebody finds otherwise: it is asked for again.
	if _, err := r.o.Book.Add(t.Context(), progress.Report{Commitment: "mx-01", Kind: progress.Assessed, Status: progress.Blocked, Who: progress.Person{ID: "UX"}}); err != nil {
		t.Fatal(err)
	}
	r.at(t, "2026-12-09", 9)
	if got := r.posts()[2:]; !slices.Equal(got, []string{"a@2026-12-09 review [mx-01 mx-02]"}) {
		t.Errorf("posted %v", got)
	}
}

func TestNothingToAsk(t *testing.T) {
	r := posted(t, weekly("a", "C1"))
	a := Action{Team: "T1", Channel: "C1", Occurrence: "a@2026-11-25", Who: progress.Person{ID: "UM1"}}
	for _, c := range []string{"mx-01", "mx-02"} {
		a.Commitment = c
		if _, err := r.Report(t.Context(), a, progress.Report{Status: progress.NotApplicable}); err != nil {
			t.Fatal(err)
		}
	}
	r.at(t, "2026-12-02", 9)
	if got := r.posts(); len(got) != 1 || r.count(OutcomeNothing) != 1 {
		t.Errorf("posted %v %v", got, r.outcomes)
	}
}

func TestSnooze(t *testing.T) {
	r := posted(t, monthly25(Unanswered{AgainDays: 2}))
	a := Action{Team: "T1", Channel: "C1", Occurrence: "a@2026-11-25", Commitment: "mx-01", Who: progress.Person{ID: "UM1"}}
	for _, until := range []time.Time{nine(t), nine(t).AddDate(2, 0, 0)} {
		if _, err := r.Snooze(t.Context(), a, until); !errors.Is(err, ErrUntil) {
			t.Errorf("until %v: %v", until, err)
		}
	}
	for range 2 {
		d, err := r.Snooze(t.Context(), a, nine(t).AddDate(0, 0, 7))
		if err != nil || !d.Items[0].Snoozed.Equal(nine(t).AddDate(0, 0, 7)) || d.Items[0].SnoozedBy != "UM1" {
			t.Fatalf("%+v %v", d.Items, err)
		}
	}
	waiting, err := r.Waiting(t.Context(), "T1", "UM1", nil)
	if err != nil || len(waiting) != 1 || fmt.Sprint(ids(waiting[0].Items)) != "[mx-02]" {
		t.Errorf("waiting %+v %v", waiting, err)
	}
	r.at(t, "2026-11-27", 9)
	r.at(t, "2026-12-02", 9)
	if got := r.notes(); !slices.Equal(got, []string{"again [UM1] [mx-02]", "snooze-over [UM1] [mx-01]"}) {
		t.Errorf("notes %v", got)
	}
}

func TestReassign(t *testing.T) {
	r := posted(t, weekly("a", "C1"))
	a := Action{Team: "T1", Channel: "C1", Occurrence: "a@2026-11-25", Commitment: "mx-02", Who: progress.Person{ID: "UM1"}}
	if _, err := r.Reassign(t.Context(), a, progress.Person{ID: "somebody"}); !errors.Is(err, ErrAssignee) {
		t.Error(err)
	}
	for range 2 {
		d, err := r.Reassign(t.Context(), a, progress.Person{ID: "UNEW"})
		if err != nil || d.Items[1].Reassigned == nil || !slices.Equal(d.Items[1].Asked, []string{"UNEW"}) {
			t.Fatalf("%+v %v", d.Items, err)
		}
	}
	r.at(t, "2026-11-25", 10)
	if got := r.notes(); !slices.Equal(got, []string{"reassigned [UNEW] [mx-02]"}) {
		t.Errorf("notes %v", got)
	}
	r.at(t, "2026-12-02", 9) // it stays theirs
	d, _, err := r.Digest(t.Context(), "a@2026-12-02")
	if err != nil || !slices.Equal(d.Items[1].Asked, []string{"UNEW"}) || !slices.Equal(d.Items[0].Asked, []string{"UM1"}) {
		t.Fatalf("%+v %v", d.Items, err)
	}
	a = Action{Team: "T1", Channel: "D1", Occurrence: "a@2026-12-02", Commitment: "mx-02", Who: progress.Person{ID: "UNEW"}} // in no channel
	if _, err := r.Report(t.Context(), a, progress.Report{Status: progress.Blocked}); err != nil {
		t.Errorf("who was handed it may not answer it: %v", err)
	}
}

func TestStop(t *testing.T) {
	r := posted(t, weekly("a", "C1"))
	a := Action{Team: "T1", Channel: "C1", Occurrence: "a@2026-11-25", Commitment: "mx-01", Who: progress.Person{ID: "UM1"}}
	if d, err := r.Stop(t.Context(), a); err != nil || d.Items[0].Stopped == nil {
		t.Fatalf("%+v %v", d, err)
	}
	r.at(t, "2026-12-02", 9)
	if got := r.posts()[1:]; !slices.Equal(got, []string{"a@2026-12-02 review [mx-02]"}) {
		t.Errorf("posted %v", got)
	}
	a.Occurrence, a.Commitment = "a@2026-12-02", ""
	for range 2 {
		if _, err := r.Stop(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	r.at(t, "2026-12-09", 9)
	if got := r.posts(); len(got) != 2 {
		t.Errorf("posted after the stop: %v", got)
	}
	if !slices.Equal(r.channel.told, []string{"UOWNER paused/person"}) {
		t.Errorf("told %v", r.channel.told)
	}
	if err := errors.Join(r.Unstop(t.Context(), "a", "mx-01"), r.Resume(t.Context(), "a")); err != nil {
		t.Fatal(err)
	}
	r.at(t, "2026-12-16", 9)
	if got := r.posts()[2:]; !slices.Equal(got, []string{"a@2026-12-16 review [mx-01 mx-02]"}) {
		t.Errorf("posted %v", got)
	}
}

func TestWhoMayAct(t *testing.T) {
	sub := weekly("a", "C1")
	sub.Reporters = []string{"ULISTED"}
	r := posted(t, sub)
	for _, tt := range []struct {
		team, user string
		want       error
	}{
		{"T1", "UM9", nil}, {"T1", "ULISTED", nil}, {"T1", "UOWNER", nil}, {"T1", "USTRANGER", ErrNotAllowed}, {"T2", "UM9", ErrNotAllowed}, {"T1", "", ErrNotAllowed},
	} {
		a := Action{Team: tt.team, Channel: "C1", Occurrence: "a@2026-11-25", Commitment: "mx-01", Who: progress.Person{ID: tt.user}}
		if _, err := r.Snooze(t.Context(), a, nine(t).AddDate(0, 0, 1)); !errors.Is(err, tt.want) {
			t.Errorf("%s of %s: %v, want %v", tt.user, tt.team, err, tt.want)
		}
	}
	a := Action{Team: "T1", Channel: "C1", Occurrence: "a@2026-11-25", Commitment: "gt-01", Who: progress.Person{ID: "UM1"}}
	if _, err := r.NothingNew(t.Context(), a); !errors.Is(err, ErrNoItem) {
		t.Error(err)
	}
	for _, o := range []string{"", "a", "a@", "@2026-11-25", "b@2026-11-25", "a@2026-11-26", "a@2026-11-25x", "a}b@2026-11-25"} {
		a.Occurrence = o
		if _, err := r.NothingNew(t.Context(), a); !errors.Is(err, ErrUnknown) {
			t.Errorf("%q: %v", o, err)
		}
	}
}

func TestReportTwiceIsOnce(t *testing.T) {
	r := posted(t, weekly("a", "C1"))
	a := Action{ID: "view-1", Team: "T1", Channel: "C1", Occurrence: "a@2026-11-25", Commitment: "mx-01", Who: progress.Person{ID: "UM1"}}
	for range 3 {
		if _, err := r.Report(t.Context(), a, progress.Report{Status: progress.UnderWay}); err != nil {
			t.Fatal(err)
		}
	}
	history, err := r.o.Book.History(t.Context(), "mx-01")
	if err != nil || len(history) != 1 {
		t.Errorf("%+v %v", history, err)
	}
	if _, err := r.Report(t.Context(), a, progress.Report{Status: progress.Done, Evidence: "ftp://x"}); !errors.Is(err, progress.ErrEvidence) {
		t.Error(err)
	}
	// An assessment is kept, and answers nothing.
	a.ID, a.Commitment = "view-2", "mx-02"
	d, err := r.Report(t.Context(), a, progress.Report{Kind: progress.Assessed, Status: progress.NotStarted})
	if err != nil || d.Items[1].Answered != nil || d.Items[1].Assessed == nil || d.Items[1].Claimed != nil {
		t.Errorf("%+v %v", d.Items, err)
	}
}

func TestThreadNotes(t *testing.T) {
	r := posted(t, weekly("a", "C1"))
	m := ThreadMessage{Team: "T1", Channel: "C1", Thread: r.channel.all()[0].TS, TS: "9.1", Who: progress.Person{ID: "UM1", Name: "Ana"}, Text: strings.Repeat("ñ", 4000)}
	for range 2 {
		if ours, err := r.NoteFromThread(t.Context(), m); !ours || err != nil {
			t.Fatal(ours, err)
		}
	}
	history, err := r.o.Book.History(t.Context(), progress.SubscriptionNotes("a"))
	if err != nil || len(history) != 1 || history[0].Kind != progress.Noted || history[0].Occurrence != "a@2026-11-25" {
		t.Fatalf("%+v %v", history, err)
	}
	m.Thread = "1.0"
	if ours, err := r.NoteFromThread(t.Context(), m); ours || err != nil {
		t.Error(ours, err)
	}
}

func TestPreviewRecordsNothing(t *testing.T) {
	r := newRig(t, embedded(t), nine(t).Add(-time.Hour))
	save(t, r.Service, weekly("a", "C1"))
	if err := r.PostNow(t.Context(), "a", "UM1"); err != nil {
		t.Fatal(err)
	}
	if got := r.channel.all(); len(got) != 1 || got[0].Only != "UM1" || got[0].Occurrence != "" {
		t.Errorf("%+v", got)
	}
	if st, err := r.standing(t.Context(), "a"); err != nil || st.Last != "" {
		t.Errorf("%+v %v", st, err)
	}
	if err := r.PostNow(t.Context(), "none", "UM1"); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
}

func TestEditedAndDeleted(t *testing.T) {
	r := posted(t, weekly("a", "C1"))
	sub, err := r.Subscription(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	sub.Hour = 11 // of the same day, which was posted
	save(t, r.Service, sub)
	r.at(t, "2026-11-25", 11)
	if got := r.posts(); len(got) != 1 {
		t.Errorf("posted twice on a day: %v", got)
	}
	// A task of a run that is no more.
	sub.Rhythm.Weekday = "thu"
	save(t, r.Service, sub)
	if err := r.post(t.Context(), job{Occurrence: "a@2026-12-02", Moment: nine(t).AddDate(0, 0, 7)}); failed(err) && err != nil {
		t.Fatal(err)
	}
	r.clock.freeze(nine(t).AddDate(0, 0, 7))
	if err := r.post(t.Context(), job{Occurrence: "a@2026-12-02", Moment: nine(t).AddDate(0, 0, 7)}); err != nil || r.count(OutcomeChanged) != 1 {
		t.Errorf("%v %v", err, r.outcomes)
	}
	if err := r.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if err := r.Delete(t.Context(), "a"); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
	r.at(t, "2026-12-03", 11)
	if got := r.posts(); len(got) != 1 {
		t.Errorf("posted after its end: %v", got)
	}
}

func TestMutedMoves(t *testing.T) {
	r := newRig(t, embedded(t), nine(t))
	sub := weekly("a", "C1")
	sub.Zone, sub.Rhythm.Weekday = "America/New_York", "thu"
	r.clock.freeze(nine(t))
	save(t, r.Service, sub)
	r.at(t, "2026-11-26", 8) // 9:00 in New York, on Thanksgiving
	if got := r.posts(); len(got) != 0 {
		t.Fatalf("posted on a holiday: %v", got)
	}
	r.at(t, "2026-11-27", 8)
	if got := r.posts(); !slices.Equal(got, []string{"a@2026-11-26 review [mx-01 mx-02]"}) || r.count(OutcomeHoliday) != 1 {
		t.Errorf("posted %v %v", got, r.outcomes)
	}
	if r.channel.all()[0].Late {
		t.Error("what was moved is not late")
	}
}

func TestChannelGone(t *testing.T) {
	r := newRig(t, embedded(t), nine(t))
	save(t, r.Service, weekly("a", "C1"))
	save(t, r.Service, weekly("b", "C2"))
	if err := r.ChannelGone(t.Context(), "T1", "C1", "channel_archive"); err != nil {
		t.Fatal(err)
	}
	if err := r.ChannelGone(t.Context(), "T1", "C1", "channel_archive"); err != nil { // the event comes again
		t.Fatal(err)
	}
	a, _ := r.Subscription(t.Context(), "a")
	b, _ := r.Subscription(t.Context(), "b")
	if a.Paused == nil || a.Paused.Cause != "channel_archive" || b.Paused != nil || len(r.channel.told) != 1 {
		t.Errorf("%+v %+v %v", a.Paused, b.Paused, r.channel.told)
	}
	if err := r.TeamGone(t.Context(), "T1", "token_revoked"); err != nil {
		t.Fatal(err)
	}
	if b, _ = r.Subscription(t.Context(), "b"); b.Paused == nil || b.Paused.Why != PausedConfig {
		t.Errorf("%+v", b.Paused)
	}
}

func TestCheck(t *testing.T) {
	r := newRig(t, embedded(t), nine(t))
	for _, tt := range []struct {
		name   string
		change func(*Subscription)
		field  string
		code   ProblemCode
	}{
		{"id", func(s *Subscription) { s.ID = "A b" }, "id", Malformed},
		{"team", func(s *Subscription) { s.Team = "" }, "team", Missing},
		{"channel", func(s *Subscription) { s.Channel = "#general" }, "channel", Malformed},
		{"channel of users", func(s *Subscription) { s.Channel = "U1234" }, "channel", Malformed},
		{"nothing", func(s *Subscription) { s.Commitments = nil }, "commitments", Missing},
		{"participant", func(s *Subscription) { s.Participants = []string{"fr"} }, "participants", Unknown},
		{"theme", func(s *Subscription) { s.Themes = []string{"x"} }, "themes", Unknown},
		{"commitment", func(s *Subscription) { s.Commitments = []string{"mx-99"} }, "commitments", Unknown},
		{"zone", func(s *Subscription) { s.Zone = "Mexico" }, "zone", Unknown},
		{"the machine's zone", func(s *Subscription) { s.Zone = "Local" }, "zone", Unknown},
		{"hour", func(s *Subscription) { s.Hour = 24 }, "hour", Range},
		{"first", func(s *Subscription) { s.First = "tomorrow" }, "first", Malformed},
		{"lang", func(s *Subscription) { s.Lang = "fr" }, "lang", Unknown},
		{"quiet", func(s *Subscription) { s.Quiet = Quiet{From: "8pm", To: "08:00"} }, "quiet", Malformed},
		{"always quiet", func(s *Subscription) { s.Quiet = Quiet{From: "00:30", To: "00:00"} }, "quiet", Range},
		{"answerer", func(s *Subscription) { s.Answerers = []string{"@ana"} }, "answerers", Malformed},
		{"days", func(s *Subscription) { s.Unanswered.AgainDays = 1000 }, "unanswered", Range},
		{"owner", func(s *Subscription) { s.Owner.ID = "C1" }, "owner", Malformed},
	} {
		sub := weekly("a", "C1")
		tt.change(&sub)
		_, err := r.Save(t.Context(), sub)
		ps := Problems{}
		if !errors.As(err, &ps) || ps[0].Field != tt.field || ps[0].Code != tt.code {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	sub := weekly("", "C1")
	sub.Commitments, sub.Participants, sub.Themes = nil, []string{"mx", "mx"}, nil
	if sub = save(t, r.Service, sub); sub.ID == "" || len(sub.Participants) != 1 {
		t.Errorf("%+v", sub)
	}
}

// TestOccurrenceIDs: an id that comes from a button is one, or none.
func TestOccurrenceIDs(t *testing.T) {
	for id, want := range map[string]bool{"a@2026-11-25": true, "a-b@2026-11-25w": true, "a@2026-13-01": false, "a@2026-11-25ww": false, "a": false, "": false, "@2026-11-25": false} {
		if _, _, _, ok := splitOccurrence(id); ok != want {
			t.Errorf("%q: %v", id, ok)
		}
	}
}

// TestNotesOnce: a note whose answer was lost is tried again, and stands in the thread once.
func TestNotesOnce(t *testing.T) {
	r := posted(t, monthly25(Unanswered{AgainDays: 2}))
	r.channel.threadFault = func(n int) int {
		if n == 0 {
			return 500
		}
		return 0
	}
	r.clock.freeze(nine(t).AddDate(0, 0, 2))
	ctx := t.Context()
	time.Sleep(2 * r.o.Timing.Every) // the channel's pause after the digest
	if err := r.follow(ctx, "a@2026-11-25"); err == nil || !failed(err) {
		t.Fatalf("a failure is none: %v", err)
	}
	time.Sleep(2 * r.o.Timing.Every)
	for range 3 {
		if err := r.follow(ctx, "a@2026-11-25"); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.notes(); len(got) != 1 || len(r.channel.noteTries) != 2 {
		t.Errorf("notes %v, tried %v", got, r.channel.noteTries)
	}
	// Who died in between is waited for, and then the note is said.
	if _, err := r.change(ctx, "a@2026-11-25", func(r *record) (bool, error) {
		r.Notes = append(r.Notes, pending{ID: "x", Kind: NoteAgain, Commitments: []string{"mx-01"}, Tried: nine(t).AddDate(0, 0, 2)})
		return true, nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := r.follow(ctx, "a@2026-11-25"); err == nil || failed(err) {
		t.Fatalf("another's note is said at once: %v", err)
	}
	r.clock.freeze(nine(t).AddDate(0, 0, 2).Add(time.Hour))
	time.Sleep(2 * r.o.Timing.Every)
	if err := r.follow(ctx, "a@2026-11-25"); err != nil || len(r.notes()) != 2 {
		t.Errorf("%v, notes %v", err, r.notes())
	}
}
