package reminders

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"cobijo/bot/backup"
	"cobijo/bot/progress"
	"cobijo/bot/store"
)

// movedTo gives a rig of another Redis and another secret, with the same channel, that imported what a rig has at a moment.
func (r *rig) movedTo(t *testing.T, at time.Time) *rig {
	t.Helper()
	var file bytes.Buffer
	if _, err := backup.Export(t.Context(), &file, backup.Header{Made: at}, r.Shelf()); err != nil {
		t.Fatal(err)
	}
	other := &rig{channel: r.channel, clock: clockAt(at), outcomes: map[Outcome]int{}}
	other.clock.freeze(at)
	rdb := embedded(t)
	st, err := store.New(rdb, store.Options{Secrets: [][]byte{[]byte("another secret of bytes, as long")}, Now: other.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	o := r.o
	o.Redis, o.Store, o.Book, o.Now, o.Observer = rdb, st, progress.NewBook(st, other.clock.now), other.clock.now, other
	other.Service, other.store = New(o), st
	if _, err := backup.Import(t.Context(), bytes.NewReader(file.Bytes()), other.Shelf()); err != nil {
		t.Fatal(err)
	}
	return other
}

func (r *rig) planned(t *testing.T, id string) string {
	t.Helper()
	at, ok, err := r.Planned(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		return "never"
	}
	return at.In(nine(t).Location()).Format("Mon 2006-01-02 15:04")
}

// A digest is answered where its message was imported, and the next one comes when it would have come.
func TestMovedDigest(t *testing.T) {
	before := posted(t, weekly("a", "C1"))
	act := func(id, commitment string) Action {
		return Action{ID: id, Team: "T1", Channel: "C1", Occurrence: "a@2026-11-25", Commitment: commitment, Who: progress.Person{ID: "UM1"}}
	}
	if _, err := before.Stop(t.Context(), act("1", "mx-02")); err != nil {
		t.Fatal(err)
	}
	r := before.movedTo(t, nine(t).Add(time.Hour))
	if got := r.planned(t, "a"); got != "Wed 2026-12-02 09:00" {
		t.Errorf("next on %s", got)
	}
	waiting, err := r.Waiting(t.Context(), "T1", "UM1", nil)
	if err != nil || len(waiting) != 1 || len(waiting[0].Items) != 1 || waiting[0].Items[0].Commitment != "mx-01" {
		t.Fatalf("what waits: %+v, %v", waiting, err)
	}
	if kept, err := r.NoteFromThread(t.Context(), ThreadMessage{Team: "T1", Channel: "C1", Thread: "1.0001", TS: "2.0", Who: progress.Person{ID: "UM1"}, Text: "Hola"}); err != nil || !kept {
		t.Errorf("a reply below it: %v, %v", kept, err)
	}
	r.at(t, "2026-11-30", 10) // nobody answered for three working days
	if got := r.notes(); !slices.Equal(got, []string{"again [UM1] [mx-01]"}) {
		t.Errorf("it is asked again: %v", got)
	}
	if _, err := r.NothingNew(t.Context(), act("2", "mx-01")); err != nil {
		t.Fatal(err)
	}
	r.at(t, "2026-12-02", 9)
	if got := r.posts(); !slices.Equal(got, []string{"a@2026-11-25 review [mx-01 mx-02]", "a@2026-12-02 review [mx-01]"}) {
		t.Errorf("posted %v", got)
	}
	r.channel.mu.Lock()
	defer r.channel.mu.Unlock()
	if r.channel.updates["1.0001"] == 0 {
		t.Error("the message that was posted elsewhere is not kept up to date")
	}
}

// The next run that is not over is planned: not one that was missed, and one that only waits for the next working day.
func TestMovedPlans(t *testing.T) {
	sunday := weekly("a", "C1")
	sunday.Rhythm.Weekday = "sun" // posted on Monday
	once := weekly("c", "C3")
	once.Rhythm = Rhythm{RRule: "FREQ=DAILY;COUNT=1"}
	once.First = "2026-11-27"
	r := newRig(t, embedded(t), nine(t))
	r.clock.freeze(nine(t))
	for _, sub := range []Subscription{sunday, weekly("b", "C2"), once} {
		save(t, r.Service, sub)
	}
	if err := r.Pause(t.Context(), "b", "UM1"); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		at      time.Time
		a, b, c string
	}{
		{nine(t).Add(time.Hour), "Mon 2026-11-30 09:00", "never", "Fri 2026-11-27 09:00"},
		{nine(t).AddDate(0, 0, 4).Add(time.Hour), "Mon 2026-11-30 09:00", "never", "never"}, // Sunday: due, and only moved
		{nine(t).AddDate(0, 0, 5).Add(time.Minute), "Mon 2026-12-07 09:00", "never", "never"},
		{nine(t).AddDate(0, 6, 0), "Mon 2027-05-31 09:00", "never", "never"},
	} {
		m := r.movedTo(t, tt.at)
		if a, b, c := m.planned(t, "a"), m.planned(t, "b"), m.planned(t, "c"); a != tt.a || b != tt.b || c != tt.c {
			t.Errorf("imported on %v: %s, %s, %s, want %s, %s, %s", tt.at, a, b, c, tt.a, tt.b, tt.c)
		}
		m.plan(t.Context())
		m.drain(t)
		if got := m.posts(); len(got) > 0 {
			t.Errorf("imported on %v: posted %v", tt.at, got)
		}
	}
	m := r.movedTo(t, nine(t).AddDate(0, 6, 0))
	if err := m.Resume(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if got := m.planned(t, "b"); got != "Wed 2027-05-26 09:00" {
		t.Errorf("resumed: %s", got)
	}
}

// What an instance has already stays as it is there.
func TestMovedStays(t *testing.T) {
	r := newRig(t, embedded(t), nine(t))
	r.clock.freeze(nine(t))
	save(t, r.Service, weekly("a", "C1"))
	var file bytes.Buffer
	if _, err := backup.Export(t.Context(), &file, backup.Header{Made: nine(t)}, r.Shelf()); err != nil {
		t.Fatal(err)
	}
	changed := weekly("a", "C9")
	changed.Rhythm.Weekday = "fri"
	save(t, r.Service, changed)
	back := bytes.NewReader(file.Bytes())
	result, err := backup.Import(t.Context(), back, r.Shelf())
	if err != nil || result.Kinds["subscription"] != (backup.Tally{Kept: 1}) {
		t.Errorf("%+v, %v", result, err)
	}
	sub, err := r.Subscription(t.Context(), "a")
	if err != nil || sub.Channel != "C9" || r.planned(t, "a") != "Fri 2026-11-27 09:00" {
		t.Errorf("%+v, %s, %v", sub, r.planned(t, "a"), err)
	}
}

// FuzzShelf: whatever a record's data is, it is refused, or there afterwards.
func FuzzShelf(f *testing.F) {
	f.Add("a", []byte(`{"subscription":{"id":"a","team":"T1","channel":"C1","commitments":["mx-01"],"rhythm":{"preset":"weekly"},"hour":9,"minute":0,"zone":"America/Mexico_City","lang":"es","first":"2026-11-01","quiet":{},"unanswered":{},"owner":{"id":""},"created":"2026-11-25T14:59:00Z","changed":"2026-11-25T14:59:00Z"},"next":"2026-12-02","standing":{"last":"a@2026-11-25"},"posted":[{"occurrence":"a@2026-11-25","where":{"team":"T1","channel":"C1","ts":"1.1"},"record":{"kind":"review","due":"2026-11-25T09:00:00-06:00","posted_at":"2026-11-25T15:00:00Z","lang":"es"}}]}`))
	f.Add("b", []byte(`{}`))
	at := nine(f)
	s := newService(f, embedded(f), nil, func() time.Time { return at }, Timing{}, nil)
	f.Fuzz(func(t *testing.T, id string, data []byte) {
		if _, err := s.Shelf().Put(t.Context(), id, data); err != nil {
			return
		}
		if changes, err := s.Shelf().Check(t.Context(), id, data); err != nil || changes {
			t.Errorf("twice: %v, %v", changes, err)
		}
		if _, err := s.Subscription(t.Context(), id); err != nil {
			t.Error(err)
		}
	})
}
