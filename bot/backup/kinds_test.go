package backup_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"cobijo/bot/backup"
	"cobijo/bot/progress"
	"cobijo/bot/reminders"
	"cobijo/bot/store"
	"cobijo/knowledge/statement"
	"cobijo/seeds"
)

var update = flag.Bool("update", false, "write the golden file of this version")

// wednesday is nine in the morning in Mexico City.
var wednesday = time.Date(2026, time.November, 25, 15, 0, 0, 0, time.UTC)

const (
	oneSecret   = "a secret of 32 bytes for testing"
	otherSecret = "another secret of bytes, as long"
)

var readStatement = sync.OnceValues(func() (*statement.Statement, error) {
	s, faults := statement.Load(seeds.FS)
	return s, faults.Err()
})

// instance is a program with its Redis, at a moment at which its clock stands.
type instance struct {
	*reminders.Service
	rdb  redis.UniversalClient
	book *progress.Book
	text *statement.Statement
}

func newInstance(t *testing.T, rdb redis.UniversalClient, secret string, at time.Time) *instance {
	t.Helper()
	now := func() time.Time { return at }
	st, err := store.New(rdb, store.Options{Secrets: [][]byte{[]byte(secret)}, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	text, err := readStatement()
	if err != nil {
		t.Fatal(err)
	}
	holidays, faults := reminders.LoadHolidays(seeds.FS)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	book := progress.NewBook(st, now)
	return &instance{reminders.New(reminders.Options{
		Redis: rdb, Store: st, Book: book, Statement: text, Holidays: holidays, Poster: board{}, Members: board{}, Now: now,
		Timing: reminders.Timing{Plan: 20 * time.Millisecond, Every: time.Millisecond},
	}), rdb, book, text}
}

// board takes what is posted: each occurrence stands where its name says.
type board struct{}

func (board) Post(_ context.Context, d reminders.Digest) (reminders.Posted, error) {
	return reminders.Posted{Team: "T1", Channel: d.Subscription.Channel, TS: "1700000000.000100"}, nil
}

func (board) Find(context.Context, string, string, string, time.Time) (reminders.Posted, bool, error) {
	return reminders.Posted{}, false, nil
}
func (board) Update(context.Context, reminders.Posted, reminders.Digest) error { return nil }
func (board) Thread(context.Context, reminders.Posted, reminders.Note) error   { return nil }
func (board) Tell(context.Context, string, string, reminders.Notice) error     { return nil }
func (board) Member(context.Context, string, string, string) (bool, error)     { return true, nil }

type shelf interface {
	backup.Source
	backup.Sink
}

func (i *instance) shelves() (sources []backup.Source, sinks []backup.Sink) {
	all := []shelf{i.Shelf()}
	for _, s := range i.book.Shelves(func(id string) bool { return i.text.Commitment(id) != nil }) {
		all = append(all, s)
	}
	for _, s := range all {
		sources, sinks = append(sources, s), append(sinks, s)
	}
	return sources, sinks
}

func (i *instance) export(t *testing.T) []byte {
	t.Helper()
	sources, _ := i.shelves()
	var b bytes.Buffer
	if _, err := backup.Export(t.Context(), &b, backup.Header{Made: wednesday, By: "v1.2.3"}, sources...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (i *instance) take(t *testing.T, file io.ReadSeeker) backup.Result {
	t.Helper()
	_, sinks := i.shelves()
	r, err := backup.Import(t.Context(), file, sinks...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// fill lets an instance have some of everything: subscriptions that run, that are paused, and whose digest waits for answers with one
// snoozed, one handed on and one stopped; reports of all kinds, one of them deleted; milestones.
func (i *instance) fill(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ana := progress.Person{ID: "U1", Name: "Ana"}
	weekly := reminders.Subscription{
		ID: "weekly", Team: "T1", Channel: "C1", Commitments: []string{"mx-01", "mx-02", "mx-03", "mx-04", "gt-01"}, Rhythm: reminders.Rhythm{Preset: reminders.Weekly, Weekday: "wed"},
		Hour: 9, Zone: "America/Mexico_City", Lang: "es", First: "2026-11-01", Answerers: []string{"U1", "S1"}, Reporters: []string{"U2"}, Owner: ana,
		Unanswered: reminders.Unanswered{AgainDays: 2, Group: "S1"}, Quiet: reminders.Quiet{From: "19:00", To: "07:30"},
	}
	cron := weekly
	cron.ID, cron.Channel, cron.Commitments, cron.Participants, cron.Themes = "cron", "C2", nil, []string{"mx"}, []string{"detention"}
	cron.Rhythm, cron.Lang = reminders.Rhythm{Cron: "30 8 1 * *"}, "en"
	paused := weekly
	paused.ID, paused.Channel, paused.Rhythm = "paused", "G3", reminders.Rhythm{RRule: "FREQ=MONTHLY;BYDAY=1MO"}
	before := newInstance(t, i.rdb, oneSecret, wednesday.Add(-time.Minute)) // that the weekly one is due
	for _, sub := range []reminders.Subscription{weekly, cron, paused} {
		_, err := before.Save(ctx, sub)
		must(err)
	}
	must(i.Pause(ctx, "paused", "U1"))

	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- i.Run(running) }()
	const digest = "weekly@2026-11-25"
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		waiting, err := i.Waiting(ctx, "T1", "U1", nil)
		must(err)
		if len(waiting) == 1 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the digest is not posted")
		}
	}
	stop() // what is to be said from now on waits
	must(<-ended)
	action := func(id, commitment string) reminders.Action {
		return reminders.Action{ID: id, Team: "T1", Channel: "C1", Occurrence: digest, Commitment: commitment, Who: ana}
	}
	_, err := i.Report(ctx, action("a1", "mx-01"), progress.Report{Status: progress.UnderWay, Note: "Primera reunión <b> & \"acta\"", Evidence: "https://example.org/acta?id=1#p"})
	must(err)
	_, err = i.Snooze(ctx, action("a2", "mx-02"), wednesday.AddDate(0, 0, 20))
	must(err)
	_, err = i.Reassign(ctx, action("a3", "mx-03"), progress.Person{ID: "U9", Name: "Eva"})
	must(err)
	_, err = i.Stop(ctx, action("a4", "mx-04"))
	must(err)
	_, err = i.NoteFromThread(ctx, reminders.ThreadMessage{Team: "T1", Channel: "C1", Thread: "1700000000.000100", TS: "1700000000.000200", Who: ana, Text: "La reunión es en enero"})
	must(err)
	for n, r := range []progress.Report{
		{Commitment: "mx-01", Kind: progress.Assessed, Status: progress.Blocked, Note: "Nobody saw it"},
		{Commitment: "gt-01", Kind: progress.Claimed, Status: progress.Done, AsOf: "2026-10-01"},
		{Commitment: "gt-01", Kind: progress.Claimed, Status: progress.NotStarted, Note: "a mistake"},
	} {
		r.ID, r.Who = fmt.Sprint("r", n), progress.Person{ID: "U2", Name: "Raúl"}
		_, err := i.book.Add(ctx, r)
		must(err)
	}
	must(i.book.Delete(ctx, "gt-01", "r2", "operator"))
	must(i.book.AddMilestones(ctx, []progress.Milestone{
		{ID: "m1", Commitment: "mx-04", Date: "2027-06-30", Title: statement.Text{EN: "Plan published", ES: "Plan publicado"}, Source: "https://example.org/plan"},
	}))
}

func embedded(t *testing.T) redis.UniversalClient {
	t.Helper()
	rdb, stop := store.Embedded()
	t.Cleanup(stop)
	return rdb
}

// redisServer starts a real server on a socket of its own, and stops it after the test.
func redisServer(t *testing.T) redis.UniversalClient {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no Redis to test against: %v", err)
		}
		t.Skipf("NOT TESTED AGAINST A REAL REDIS: %v", err)
	}
	dir, err := os.MkdirTemp("", "redis") // t.TempDir's paths are too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	server := exec.Command(path, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", dir)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	rdb, err := store.Connect("unix://" + socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rdb.Close() })
	for end := time.Now().Add(time.Minute); rdb.Ping(t.Context()).Err() != nil; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("redis-server does not answer")
		}
	}
	return rdb
}

// everything gives all that is in a Redis.
func everything(t *testing.T, rdb redis.UniversalClient) map[string]any {
	t.Helper()
	all := map[string]any{}
	scan := rdb.Scan(t.Context(), 0, "*", 100).Iterator()
	for scan.Next(t.Context()) {
		key := scan.Val()
		kind, err := rdb.Type(t.Context(), key).Result()
		if err != nil {
			t.Fatal(err)
		}
		switch kind {
		case "hash":
			all[key], err = rdb.HGetAll(t.Context(), key).Result()
		case "set":
			all[key], err = rdb.SMembers(t.Context(), key).Result()
		case "zset":
			all[key], err = rdb.ZRangeWithScores(t.Context(), key, 0, -1).Result()
		default:
			all[key], err = rdb.Get(t.Context(), key).Result()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := scan.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// The files of all versions are imported by this one, and that of this version is written as it was: by an instance, and by one with
// another secret that imported it.
func TestVersions(t *testing.T) {
	first := newInstance(t, embedded(t), oneSecret, wednesday)
	first.fill(t)
	now := first.export(t)
	golden := fmt.Sprintf("testdata/v%d.jsonl", backup.Version)
	if *update {
		if err := os.WriteFile(golden, now, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(now)); d != "" {
		t.Errorf("the format of version %d changed; raise Version:\n%s", backup.Version, d)
	}
	for v := 1; v <= backup.Version; v++ {
		file, err := os.ReadFile(fmt.Sprintf("testdata/v%d.jsonl", v))
		if err != nil {
			t.Fatal(err)
		}
		other := newInstance(t, embedded(t), otherSecret, wednesday)
		r := other.take(t, bytes.NewReader(file))
		kinds := map[string]backup.Tally{"subscription": {Changed: 3}, "report": {Changed: 5}, "milestone": {Changed: 1}}
		if d := cmp.Diff(kinds, r.Kinds); d != "" || r.Version != v {
			t.Errorf("version %d: of %d\n%s", v, r.Version, d)
		}
		if d := cmp.Diff(string(now), string(other.export(t))); d != "" {
			t.Errorf("version %d is not what it was:\n%s", v, d)
		}
	}
}

// To import twice changes nothing the second time: not a byte of Redis.
func TestTwice(t *testing.T) {
	file, err := os.ReadFile("testdata/v1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for name, start := range map[string]func(*testing.T) redis.UniversalClient{"embedded": embedded, "redis-server": redisServer} {
		t.Run(name, func(t *testing.T) {
			i := newInstance(t, start(t), otherSecret, wednesday)
			i.take(t, bytes.NewReader(file))
			before := everything(t, i.rdb)
			r := i.take(t, bytes.NewReader(file))
			for kind, tally := range r.Kinds {
				if tally.Changed != 0 || tally.Kept == 0 {
					t.Errorf("%s: %+v", kind, tally)
				}
			}
			if d := cmp.Diff(before, everything(t, i.rdb)); d != "" || len(before) < 8 {
				t.Errorf("of %d keys:\n%s", len(before), d)
			}
			for key := range before {
				if ttl := i.rdb.TTL(t.Context(), key).Val(); ttl < 0 && !lasting(key) {
					t.Errorf("%s never expires", key)
				}
			}
		})
	}
}

func lasting(key string) bool {
	return strings.HasPrefix(key, "cobijo:{reminders}:") || strings.HasPrefix(key, "cobijo:{progress") || strings.HasPrefix(key, "cobijo:{milestones}") || strings.HasSuffix(key, ":standing")
}

// What is not known or wrong in a file of real kinds is named with its line, and nothing of the file is imported.
func TestRefusedKinds(t *testing.T) {
	file, err := os.ReadFile("testdata/v1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ old, with, want string }{
		"another field":          {`"lang":"en"`, `"lang":"en","mood":"good"`, `line 2: subscription "cron": field "mood" is not known here`},
		"another field, deeper":  {`"kind":"review"`, `"kind":"review","mood":1`, `line 4: subscription "weekly": field "mood" is not known here`},
		"another participant":    {`"participants":["mx"]`, `"participants":["xx"]`, `line 2: subscription "cron": participants: there is no "xx"`},
		"another reason":         {`"why":"person"`, `"why":"mood"`, `line 3: subscription "paused": it is paused for an unknown reason, "mood"`},
		"another's run":          {`"last":"weekly@`, `"last":"cron@`, `line 4: subscription "weekly": its last run "cron@2026-11-25" is none of its own`},
		"another id":             {`"id":"m1","commitment"`, `"id":"m2","commitment"`, `milestone "m1": its id is not as it should be`},
		"another commitment":     {`"commitment":"mx-04","date"`, `"commitment":"xx-04","date"`, `milestone "m1": there is no commitment "xx-04"`},
		"another status":         {`"status":"blocked"`, `"status":"lost"`, `report "mx-01/r0": not one of the statuses`},
		"another day":            {`"as_of":"2026-10-01"`, `"as_of":"2036-10-01"`, `report "gt-01/r1": the day is no day`},
		"words of a deleted one": {`"status":"","deleted"`, `"status":"done","deleted"`, `report "gt-01/r2": it is deleted, and yet`},
	} {
		t.Run(name, func(t *testing.T) {
			if n := strings.Count(string(file), tt.old); n != 1 {
				t.Fatalf("%q stands %d times in the file", tt.old, n)
			}
			i := newInstance(t, embedded(t), otherSecret, wednesday)
			_, sinks := i.shelves()
			_, err := backup.Import(t.Context(), bytes.NewReader(signed(t, strings.Replace(string(file), tt.old, tt.with, 1))), sinks...)
			if err == nil || !strings.HasPrefix(err.Error(), "line ") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
			if has := everything(t, i.rdb); len(has) > 0 {
				t.Errorf("imported: %v", has)
			}
		})
	}
}

// lines is a source of records as they are.
type lines struct {
	kind string
	all  []backup.Record
}

func (l lines) Kind() string { return l.kind }

func (l lines) Each(_ context.Context, give func(string, json.RawMessage) error) error {
	for _, r := range l.all {
		if err := give(r.ID, r.Data); err != nil {
			return err
		}
	}
	return nil
}

// signed writes the records of a file anew, with an end that fits.
func signed(t *testing.T, file string) []byte {
	t.Helper()
	of := map[string]*lines{}
	var sources []backup.Source
	for line := range strings.Lines(file) {
		var r backup.Record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if r.Kind == "" {
			continue
		}
		if of[r.Kind] == nil {
			of[r.Kind] = &lines{kind: r.Kind}
			sources = append(sources, of[r.Kind])
		}
		of[r.Kind].all = append(of[r.Kind].all, r)
	}
	var b bytes.Buffer
	if _, err := backup.Export(t.Context(), &b, backup.Header{Made: wednesday}, sources...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Whoever was stopped between any two commands can import again, and has all of it.
func TestStoppedInBetween(t *testing.T) {
	file, err := os.ReadFile("testdata/v1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	whole := newInstance(t, embedded(t), otherSecret, wednesday)
	whole.take(t, bytes.NewReader(file))
	want := places(everything(t, whole.rdb))
	stopped := 0
	for ; ; stopped++ {
		i := newInstance(t, embedded(t), otherSecret, wednesday)
		_, sinks := i.shelves()
		c := &cutter{left: stopped}
		i.rdb.AddHook(c)
		_, err := backup.Import(t.Context(), bytes.NewReader(file), sinks...)
		if err == nil {
			break
		}
		c.left = -1
		i.take(t, bytes.NewReader(file))
		if d := cmp.Diff(want, places(everything(t, i.rdb))); d != "" {
			t.Errorf("stopped after %d commands:\n%s", stopped, d)
		}
		if d := cmp.Diff(string(whole.export(t)), string(i.export(t))); d != "" {
			t.Errorf("stopped after %d commands:\n%s", stopped, d)
		}
	}
	if stopped < 20 {
		t.Errorf("stopped %d times alone", stopped)
	}
}

// places gives the keys with the fields that they have: what is sealed differs each time.
func places(all map[string]any) map[string]any {
	for key, v := range all {
		if h, ok := v.(map[string]string); ok {
			fields := map[string]bool{}
			for f := range maps.Keys(h) {
				fields[f] = true
			}
			all[key] = fields
		}
	}
	return all
}

// cutter lets so many commands through, and none after them; all where it is negative.
type cutter struct{ left int }

func (c *cutter) pass() error {
	if c.left == 0 {
		return io.ErrClosedPipe
	}
	c.left--
	return nil
}

func (c *cutter) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *cutter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if err := c.pass(); err != nil {
			cmd.SetErr(err)
			return err
		}
		return next(ctx, cmd)
	}
}

func (c *cutter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}
