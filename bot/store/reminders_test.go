package store

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// TestReminderRecords asks the same of the embedded Redis and of a real one.
func TestReminderRecords(t *testing.T) {
	for name, start := range map[string]func(*testing.T) redis.UniversalClient{"embedded": embedded, "redis-server": redisServer} {
		t.Run(name, func(t *testing.T) {
			rdb := start(t)
			for name, test := range map[string]func(*testing.T, redis.UniversalClient){
				"claim": testClaim, "one claims": testOneClaims, "pace": testChannelPace, "next run": testNextRun, "subscriptions": testSubscriptions,
				"reports": testReports, "what expires": testWhatExpires,
			} {
				t.Run(name, func(t *testing.T) {
					if err := rdb.FlushAll(t.Context()).Err(); err != nil {
						t.Fatal(err)
					}
					test(t, rdb)
				})
			}
		})
	}
}

func claim(t *testing.T, s *Store, lease time.Duration) Claim {
	t.Helper()
	c, err := s.ClaimOccurrence(t.Context(), "a@2026-11-25", lease)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func testClaim(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	ctx := t.Context()
	first := claim(t, s, 1500*time.Millisecond)
	if first.State != ClaimFresh || time.Since(first.Since).Abs() > time.Minute {
		t.Errorf("%+v", first)
	}
	if c := claim(t, s, time.Minute); c.State != ClaimBusy || c.Wait <= 0 || c.Wait > 1500*time.Millisecond {
		t.Errorf("while it is sent: %+v", c)
	}
	time.Sleep(1600 * time.Millisecond)
	second := claim(t, s, time.Minute)
	if second.State != ClaimDoubt || !second.Since.Equal(first.Since) {
		t.Errorf("after the lease: %+v", second)
	}
	// Who lost the claim gives nothing back.
	if err := s.UnclaimOccurrence(ctx, first, false); err != nil {
		t.Fatal(err)
	}
	if c := claim(t, s, time.Minute); c.State != ClaimBusy {
		t.Errorf("another gave the claim back: %+v", c)
	}
	for _, doubt := range []bool{true, false} {
		if err := s.UnclaimOccurrence(ctx, second, doubt); err != nil {
			t.Fatal(err)
		}
		second = claim(t, s, time.Minute)
		if want := map[bool]ClaimState{true: ClaimDoubt, false: ClaimFresh}[doubt]; second.State != want {
			t.Errorf("given back, doubt %v: %+v", doubt, second)
		}
	}
	if err := s.Posted(ctx, second, []byte("where"), []byte("data")); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Posted(ctx, first, []byte("elsewhere"), []byte("other")), s.EndOccurrence(ctx, "a@2026-11-25", "skipped")); err != nil {
		t.Fatal(err)
	}
	o, err := s.Occurrence(ctx, "a@2026-11-25")
	if err != nil || o.State != "sent" || string(o.Posted) != "where" || string(o.Data) != "data" {
		t.Errorf("%+v %v", o, err)
	}
	if c := claim(t, s, time.Minute); c.State != ClaimOver {
		t.Errorf("sent, and claimed: %+v", c)
	}
	// What two change at the same time is changed twice.
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			there, err := s.ChangeOccurrence(ctx, "a@2026-11-25", func(data []byte) ([]byte, error) { return append(data, '+'), nil })
			if !there || err != nil {
				t.Error(there, err)
			}
		})
	}
	wg.Wait()
	if o, _ = s.Occurrence(ctx, "a@2026-11-25"); string(o.Data) != "data++++++++" {
		t.Errorf("%q", o.Data)
	}
	if there, err := s.ChangeOccurrence(ctx, "b@2026-11-25", func([]byte) ([]byte, error) { return nil, nil }); there || err != nil {
		t.Error(there, err)
	}
}

func testOneClaims(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	var fresh atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			c, err := s.ClaimOccurrence(t.Context(), "a@2026-11-25", time.Minute)
			if err != nil {
				t.Error(err)
			}
			if c.State == ClaimFresh {
				fresh.Add(1)
			}
		})
	}
	wg.Wait()
	if fresh.Load() != 1 {
		t.Errorf("%d claimed it", fresh.Load())
	}
}

func testChannelPace(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	pace := func(who string) time.Duration {
		t.Helper()
		d, err := s.Pace(t.Context(), "T1", "C1", who, time.Minute, 300*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if d := pace("a"); d != 0 {
		t.Fatalf("the first waits %v", d)
	}
	if d := pace("a"); d != 0 {
		t.Errorf("one's own turn: %v", d)
	}
	b, c := pace("b"), pace("c")
	if b <= 0 || c <= b || c > 700*time.Millisecond {
		t.Errorf("b waits %v, c %v", b, c)
	}
	if again := pace("b"); again > b {
		t.Errorf("asking again takes another ticket: %v after %v", again, b)
	}
	if err := s.Paced(t.Context(), "T1", "C1", "b", 0); err != nil { // not b's to end
		t.Fatal(err)
	}
	if err := s.Paced(t.Context(), "T1", "C1", "a", 300*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if d := pace("d"); d <= c {
		t.Errorf("who comes last is not last: %v", d)
	}
	time.Sleep(b + 350*time.Millisecond)
	if d := pace("b"); d != 0 {
		t.Errorf("b's time has come: %v", d)
	}
	if d, err := s.Pace(t.Context(), "T1", "C2", "a", time.Minute, time.Second); d != 0 || err != nil {
		t.Errorf("another channel waits: %v %v", d, err)
	}
}

func testNextRun(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	ctx := t.Context()
	now := time.UnixMilli(1_790_000_000_000)
	for i := range 5 {
		if err := s.SetNext(ctx, fmt.Sprint(i), Next{Day: "2026-11-25", At: now.Add(time.Duration(i) * time.Minute)}); err != nil {
			t.Fatal(err)
		}
	}
	runs, err := s.NextRuns(ctx, now.Add(2*time.Minute), 1, 10)
	if err != nil || len(runs) != 2 || runs[0].ID != "1" || runs[0].Day != "2026-11-25" || !runs[0].At.Equal(now.Add(time.Minute)) {
		t.Fatalf("%+v %v", runs, err)
	}
	for i, want := range []bool{true, false} { // the second comes too late
		if moved, err := s.MoveNext(ctx, "0", "2026-11-25", Next{Day: "2026-12-02", At: now.Add(time.Hour)}); err != nil || moved != want {
			t.Errorf("%d: %v %v", i, moved, err)
		}
	}
	if n, err := s.NextRun(ctx, "0"); err != nil || n.Day != "2026-12-02" {
		t.Errorf("%+v %v", n, err)
	}
	if err := s.SetNext(ctx, "0", Next{}); err != nil {
		t.Fatal(err)
	}
	if n, err := s.NextRun(ctx, "0"); err != nil || n.Day != "" {
		t.Errorf("%+v %v", n, err)
	}
}

func testSubscriptions(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	ctx := t.Context()
	if data, err := s.Subscription(ctx, "a"); data != nil || err != nil {
		t.Error(data, err)
	}
	if err := s.PutSubscription(ctx, "a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if there, err := s.ChangeSubscription(ctx, "a", func(data []byte) ([]byte, error) { return append(data, 'y'), nil }); !there || err != nil {
		t.Error(there, err)
	}
	if data, err := s.Subscription(ctx, "a"); string(data) != "xy" || err != nil {
		t.Error(data, err)
	}
	for range 2 {
		if err := s.ChangeStanding(ctx, "a", func(data []byte) ([]byte, error) { return append(data, 'z'), nil }); err != nil {
			t.Fatal(err)
		}
	}
	if data, err := s.Standing(ctx, "a"); string(data) != "zz" || err != nil {
		t.Error(data, err)
	}
	other := newStore(t, rdb, Options{Secrets: [][]byte{otherSecret}})
	if _, err := other.Subscription(ctx, "a"); !errors.Is(err, errSealed) {
		t.Error(err)
	}
	if all, err := other.Subscriptions(ctx); err != nil || len(all) != 1 || all["a"] != nil {
		t.Error(all, err)
	}
	for _, want := range []bool{true, false} {
		if there, err := s.DropSubscription(ctx, "a"); there != want || err != nil {
			t.Error(there, err)
		}
	}
	if data, err := s.Standing(ctx, "a"); data != nil || err != nil {
		t.Error(data, err)
	}
}

func testReports(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	ctx := t.Context()
	for i, want := range []bool{true, false} {
		if added, err := s.AddReport(ctx, "mx-01", "r", fmt.Append(nil, i)); added != want || err != nil {
			t.Error(added, err)
		}
	}
	if all, err := s.Reports(ctx, "mx-01"); err != nil || string(all["r"]) != "0" {
		t.Error(all, err)
	}
	// A record that is moved to another place does not open.
	rdb.HSet(ctx, reportsKey("mx-02"), "r", rdb.HGet(ctx, reportsKey("mx-01"), "r").Val())
	if all, err := s.Reports(ctx, "mx-02"); err != nil || all["r"] != nil {
		t.Error(all, err)
	}
	for id, want := range map[string]bool{"r": true, "none": false} {
		if there, err := s.ReplaceReport(ctx, "mx-01", id, []byte("gone")); there != want || err != nil {
			t.Error(id, there, err)
		}
	}
	if ids, err := s.Reported(ctx); err != nil || len(ids) != 1 || ids[0] != "mx-01" {
		t.Error(ids, err)
	}
}

// testWhatExpires: what is kept for good is what staff wrote and set up, and nothing else.
func testWhatExpires(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	ctx := t.Context()
	_, err := s.AddReport(ctx, "mx-01", "r", nil)
	c := claim(t, s, time.Minute)
	_, paceErr := s.Pace(ctx, "T1", "C1", "a", time.Minute, time.Second)
	_, waitErr := s.Pace(ctx, "T1", "C1", "b", time.Minute, time.Second)
	err = errors.Join(err, paceErr, waitErr, s.Posted(ctx, c, nil, nil), s.ForceOccurrence(ctx, "b@2026-11-25"), s.EndOccurrence(ctx, "c@2026-11-25", "skipped"),
		s.SetOpen(ctx, "T1", "a@2026-11-25", true), s.SetThread(ctx, "T1", "C1", "1.2", "a@2026-11-25"), s.PutMilestone(ctx, "m", nil),
		s.PutSubscription(ctx, "a", nil), s.SetNext(ctx, "a", Next{Day: "2026-11-25"}), s.Follow(ctx, "a@2026-11-25", time.Now()),
		s.ChangeStanding(ctx, "a", func([]byte) ([]byte, error) { return []byte("x"), nil }))
	if err != nil {
		t.Fatal(err)
	}
	lasting := map[string]bool{reportedKey: true, reportsKey("mx-01"): true, milestonesKey: true, subscriptionsKey: true, nextKey: true, daysKey: true, followKey: true, standingKey("a"): true}
	found := 0
	for _, key := range rdb.Keys(ctx, "*").Val() {
		d := rdb.PTTL(ctx, key).Val()
		if lasting[key] {
			found++
		}
		if (d == -1) != lasting[key] {
			t.Errorf("%s expires in %v", key, d)
		}
	}
	if found != len(lasting) {
		t.Errorf("%d of %d lasting keys", found, len(lasting))
	}
}
