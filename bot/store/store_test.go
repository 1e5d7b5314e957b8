package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"cobijo/bot/dialogue"
)

// TestConformance asks the same of the embedded Redis and of a real one: what runs in a demonstration runs in earnest.
func TestConformance(t *testing.T) {
	for _, server := range []struct {
		name  string
		start func(*testing.T) redis.UniversalClient
	}{{"embedded", embedded}, {"redis-server", redisServer}} {
		t.Run(server.name, func(t *testing.T) {
			rdb := server.start(t)
			for _, tt := range []struct {
				name string
				test func(*testing.T, redis.UniversalClient)
			}{
				{"round trip", testRoundTrip},
				{"expiry", testExpiry},
				{"repeat", testRepeat},
				{"turns exclude each other", testExclusion},
				{"no turn is lost among replicas", testReplicas},
				{"turn lost", testTurnLost},
				{"excess", testExcess},
				{"forget", testForget},
				{"another secret", testOtherSecret},
				{"an older secret", testOlderSecret},
				{"a session moved to another chat", testMoved},
				{"a damaged session", testDamaged},
				{"the week changes", testWeek},
				{"the week changes: repeats and forgetting", testWeekRepeat},
				{"the week changes, and the clock is set back", testWeekSetBack},
				{"counts", testCounts},
			} {
				t.Run(tt.name, func(t *testing.T) {
					if err := rdb.FlushAll(t.Context()).Err(); err != nil {
						t.Fatal(err)
					}
					tt.test(t, rdb)
					keys(t, rdb)
				})
			}
		})
	}
}

var someSession = dialogue.Session{
	Lang: "en", LangChosen: true, Country: "mx", Topic: "deadlines", Mode: dialogue.Guidance, Introduced: true, Staff: true, Awaits: "date",
	Offered: []string{"menu", "t:work"}, Participants: []string{"unhcr"}, Theme: "children", Found: []string{"mx-01"},
}

// put keeps a session by a whole turn.
func put(t *testing.T, s *Store, chat, update string, session dialogue.Session) {
	t.Helper()
	if err := s.End(t.Context(), begin(t, s, chat, update), update, session, false); err != nil {
		t.Fatal(err)
	}
}

// kept gives what is remembered of a chat and leaves it as it is.
func kept(t *testing.T, s *Store, chat string) dialogue.Session {
	t.Helper()
	turn := begin(t, s, chat, "")
	if err := s.End(t.Context(), turn, "", turn.Session, false); err != nil {
		t.Fatal(err)
	}
	return turn.Session
}

func expectSession(t *testing.T, s *Store, chat string, want dialogue.Session) {
	t.Helper()
	if d := cmp.Diff(want, kept(t, s, chat)); d != "" {
		t.Errorf("session of %s: %s", chat, d)
	}
}

func testRoundTrip(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	expectSession(t, s, "42", dialogue.Session{})
	put(t, s, "42", "u1", someSession)
	expectSession(t, s, "42", someSession)
	expectSession(t, s, "43", dialogue.Session{})
	other, err := s.Begin(t.Context(), "slack", "42", "") // the same name in another channel is another chat
	if err != nil || other.Session.Lang != "" {
		t.Errorf("%v: %+v", err, other)
	}
}

func testExpiry(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	turn := begin(t, s, "42", "")
	if err := s.End(t.Context(), turn, "", someSession, false); err != nil {
		t.Fatal(err)
	}
	key := turn.keys[1]
	inADay := func() {
		t.Helper()
		if d := keys(t, rdb)[key]; d <= 24*time.Hour-time.Minute || d > 24*time.Hour {
			t.Errorf("the session expires in %v", d)
		}
	}
	inADay()
	// The 24 hours count from the last message, not from the first.
	if err := rdb.Expire(t.Context(), key, time.Hour).Err(); err != nil {
		t.Fatal(err)
	}
	put(t, s, "42", "", someSession)
	inADay()

	short := newStore(t, rdb, Options{SessionTTL: 20 * time.Millisecond})
	turn = begin(t, short, "soon gone", "")
	if err := short.End(t.Context(), turn, "", someSession, false); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the session is gone", func() bool { return rdb.Exists(t.Context(), turn.keys[1]).Val() == 0 })
	expectSession(t, short, "soon gone", dialogue.Session{})
}

func testRepeat(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	first := begin(t, s, "42", "u1")
	if first.Repeat {
		t.Error("the first is no repeat")
	}
	if err := s.End(t.Context(), first, "u1", someSession, false); err != nil {
		t.Fatal(err)
	}
	if again := begin(t, s, "42", "u1"); !again.Repeat { // and it holds no turn: the next begins at once
		t.Error("the second is a repeat")
	}
	if elsewhere := begin(t, s, "43", "u1"); elsewhere.Repeat {
		t.Error("another chat's update is another one")
	}
	next := begin(t, s, "42", "u2")
	if next.Repeat {
		t.Error("another update is no repeat")
	}
	if d := keys(t, rdb)[first.keys[0]]; d <= 23*time.Hour || d > 24*time.Hour {
		t.Errorf("the repeat is known for %v", d)
	}
	// One whose turn was never ended was never answered, and comes again.
	crashed := begin(t, s, "44", "u3")
	if err := rdb.Del(t.Context(), crashed.keys[2]).Err(); err != nil { // as if its time had passed
		t.Fatal(err)
	}
	if again := begin(t, s, "44", "u3"); again.Repeat {
		t.Error("what was not answered is no repeat")
	}
}

func testExclusion(t *testing.T, rdb redis.UniversalClient) {
	one, two := newStore(t, rdb, Options{}), newStore(t, rdb, Options{})
	turn := begin(t, one, "42", "u1")
	if d := keys(t, rdb)[turn.keys[2]]; d <= 0 || d > 10*time.Second {
		t.Errorf("a dead replica holds the turn for %v", d)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Millisecond)
	defer cancel()
	if _, err := two.Begin(ctx, "test", "42", "u2"); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("two replicas have one chat's turn: %v", err)
	}
	begin(t, two, "43", "u1") // another chat's is free
	began := make(chan *Turn)
	go func() {
		turn, _ := two.Begin(t.Context(), "test", "42", "u2")
		began <- turn
	}()
	if err := one.End(t.Context(), turn, "u1", someSession, false); err != nil {
		t.Fatal(err)
	}
	next := <-began
	if next == nil {
		t.Fatal("the turn was not given on")
	}
	if d := cmp.Diff(someSession, next.Session); d != "" {
		t.Errorf("the next turn sees what the one before kept: %s", d)
	}
}

func testReplicas(t *testing.T, rdb redis.UniversalClient) {
	const replicas, each = 4, 5
	var wg sync.WaitGroup
	errs := make(chan error, replicas*each)
	for r := range replicas {
		s := newStore(t, rdb, Options{PerMinute: replicas*each + 1})
		wg.Go(func() {
			for i := range each {
				turn, err := s.Begin(t.Context(), "test", "42", "")
				if err != nil {
					errs <- err
					return
				}
				turn.Session.Found = append(turn.Session.Found, fmt.Sprintf("%d/%d", r, i))
				if err := s.End(t.Context(), turn, "", turn.Session, false); err != nil {
					errs <- err
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	found := kept(t, newStore(t, rdb, Options{PerMinute: 100}), "42").Found
	if once := slices.Compact(slices.Sorted(slices.Values(found))); len(found) != replicas*each || len(once) != len(found) {
		t.Errorf("of %d turns, %d were kept: %v", replicas*each, len(once), found)
	}
}

func testTurnLost(t *testing.T, rdb redis.UniversalClient) {
	slow, quick := newStore(t, rdb, Options{}), newStore(t, rdb, Options{})
	lost := begin(t, slow, "42", "u1")
	if err := rdb.Del(t.Context(), lost.keys[2]).Err(); err != nil { // as if its time had passed
		t.Fatal(err)
	}
	have := begin(t, quick, "42", "u1")
	late := someSession
	late.Country = "gt"
	if err := slow.End(t.Context(), lost, "u1", late, false); !errors.Is(err, ErrTurnLost) {
		t.Errorf("the lost turn was ended: %v", err)
	}
	if err := slow.End(t.Context(), lost, "u1", late, true); !errors.Is(err, ErrTurnLost) {
		t.Errorf("the lost turn erased: %v", err)
	}
	if err := quick.End(t.Context(), have, "u1", someSession, false); err != nil {
		t.Errorf("the turn was taken away: %v", err)
	}
	expectSession(t, quick, "42", someSession)
	if err := quick.End(t.Context(), have, "u1", late, false); !errors.Is(err, ErrTurnLost) {
		t.Errorf("a turn was ended twice: %v", err)
	}
}

func testExcess(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{PerMinute: 3})
	var got []int
	var turn *Turn
	for i := range 6 {
		update := fmt.Sprint("u", i)
		turn = begin(t, s, "42", update)
		got = append(got, turn.Excess)
		if turn.Excess == 0 {
			if err := s.End(t.Context(), turn, update, someSession, false); err != nil {
				t.Fatal(err)
			}
		} else if turn.Session.Lang != someSession.Lang {
			t.Error("the language is known, to say it in")
		}
	}
	if d := cmp.Diff([]int{0, 0, 0, 1, 2, 3}, got); d != "" {
		t.Error(d)
	}
	if other := begin(t, s, "43", ""); other.Excess != 0 {
		t.Error("another chat is not over its limit")
	}
	if d := keys(t, rdb)[turn.keys[3]]; d <= 0 || d > time.Minute {
		t.Errorf("the limit holds for %v", d)
	}
	if err := rdb.Del(t.Context(), turn.keys[3]).Err(); err != nil { // as if the minute had passed
		t.Fatal(err)
	}
	if after := begin(t, s, "42", "u9"); after.Excess != 0 {
		t.Error("a minute later it may write again")
	}
}

func testForget(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	put(t, s, "42", "u1", someSession)
	turn := begin(t, s, "42", "u2")
	if err := s.End(t.Context(), turn, "u2", turn.Session, true); err != nil {
		t.Fatal(err)
	}
	for key := range keys(t, rdb) {
		if strings.HasSuffix(key, ":s") {
			t.Errorf("%s is still there", key)
		}
	}
	if !begin(t, s, "42", "u2").Repeat {
		t.Error("nothing is answered after forgetting, not even a repeat")
	}
	expectSession(t, s, "42", dialogue.Session{})
}

// copied puts the session of one turn's chat where another's stands.
func copied(t *testing.T, rdb redis.UniversalClient, from, to string) {
	t.Helper()
	sealed, err := rdb.Get(t.Context(), from).Result()
	if err != nil {
		t.Fatal(err)
	}
	if err := rdb.Set(t.Context(), to, sealed, time.Hour).Err(); err != nil {
		t.Fatal(err)
	}
}

// sessionKey gives the key of a chat's session under the name in use.
func sessionKey(s *Store, chat string) string {
	return s.seal.aliases("test", chat, s.o.Now(), time.Hour)[0].tag() + "s"
}

func testOtherSecret(t *testing.T, rdb redis.UniversalClient) {
	ours, theirs := newStore(t, rdb, Options{}), newStore(t, rdb, Options{Secrets: [][]byte{otherSecret}})
	put(t, ours, "42", "u1", someSession)
	if sessionKey(ours, "42") == sessionKey(theirs, "42") {
		t.Error("without the secret the chat can be found")
	}
	expectSession(t, theirs, "42", dialogue.Session{})
	sealed, err := rdb.Get(t.Context(), sessionKey(ours, "42")).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	name := ours.seal.aliases("test", "42", time.Now(), time.Hour)[0].name
	if data, err := theirs.seal.decrypt(sealed, name); err == nil {
		t.Errorf("another secret reads %s", data)
	}
	if _, err := ours.seal.decrypt(sealed, name); err != nil {
		t.Errorf("the secret itself does not: %v", err)
	}
}

func testOlderSecret(t *testing.T, rdb redis.UniversalClient) {
	before := newStore(t, rdb, Options{})
	between := newStore(t, rdb, Options{Secrets: [][]byte{otherSecret, secret}})
	after := newStore(t, rdb, Options{Secrets: [][]byte{otherSecret}})
	put(t, before, "42", "u1", someSession)
	if !begin(t, between, "42", "u1").Repeat {
		t.Error("a repeat is known under the older secret")
	}
	expectSession(t, between, "42", someSession)
	expectSession(t, after, "42", someSession) // it moved to the new one
	expectSession(t, before, "42", dialogue.Session{})

	put(t, before, "43", "u1", someSession)
	put(t, after, "43", "u2", someSession) // two replicas of two versions
	if err := between.End(t.Context(), begin(t, between, "43", "u3"), "u3", someSession, true); err != nil {
		t.Fatal(err)
	}
	expectSession(t, before, "43", dialogue.Session{})
	expectSession(t, after, "43", dialogue.Session{})
}

func testMoved(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	put(t, s, "42", "u1", someSession)
	copied(t, rdb, sessionKey(s, "42"), sessionKey(s, "43"))
	expectSession(t, s, "43", dialogue.Session{})
	expectSession(t, s, "42", someSession)
}

func testDamaged(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	for _, damaged := range []string{"x", strings.Repeat("x", 12), strings.Repeat("x", 200)} {
		if err := rdb.Set(t.Context(), sessionKey(s, "42"), damaged, time.Hour).Err(); err != nil {
			t.Fatal(err)
		}
		expectSession(t, s, "42", dialogue.Session{})
	}
}

// monday is the beginning of an epoch.
var monday = time.Unix(2900*int64(epoch.Seconds()), 0)

func at(t *testing.T, rdb redis.UniversalClient, when time.Time) *Store {
	t.Helper()
	return newStore(t, rdb, Options{Now: func() time.Time { return when }})
}

func testWeek(t *testing.T, rdb redis.UniversalClient) {
	lastHour, firstHour, later := at(t, rdb, monday.Add(-time.Hour)), at(t, rdb, monday.Add(time.Hour)), at(t, rdb, monday.Add(25*time.Hour))
	put(t, lastHour, "42", "u1", someSession)
	if sessionKey(lastHour, "42") == sessionKey(firstHour, "42") {
		t.Error("the pseudonym is that of last week")
	}
	if sessionKey(firstHour, "42") != sessionKey(later, "42") {
		t.Error("the pseudonym changed within the week")
	}
	expectSession(t, firstHour, "42", someSession)
	if n := rdb.Exists(t.Context(), sessionKey(lastHour, "42")).Val(); n != 0 {
		t.Error("the session stands under both names: the weeks can be joined")
	}
	expectSession(t, later, "42", someSession)
	// A day after the change nothing can stand under the name of last week, and it is not looked for.
	put(t, lastHour, "43", "u1", someSession)
	expectSession(t, later, "43", dialogue.Session{})
}

func testWeekRepeat(t *testing.T, rdb redis.UniversalClient) {
	lastHour, firstHour := at(t, rdb, monday.Add(-time.Hour)), at(t, rdb, monday.Add(time.Hour))
	put(t, lastHour, "42", "u1", someSession)
	if !begin(t, firstHour, "42", "u1").Repeat {
		t.Error("what was answered before the week changed is a repeat")
	}
	if err := firstHour.End(t.Context(), begin(t, firstHour, "42", "u2"), "u2", someSession, true); err != nil {
		t.Fatal(err)
	}
	for key := range keys(t, rdb) {
		if strings.HasSuffix(key, ":s") {
			t.Errorf("%s is still there", key)
		}
	}
	// One that comes too often must not lose what is remembered: nobody ends that turn.
	busy := newStore(t, rdb, Options{PerMinute: 1, Now: firstHour.o.Now})
	begin(t, busy, "43", "")
	if err := rdb.Del(t.Context(), busy.seal.aliases("test", "43", busy.o.Now(), 0)[0].tag()+"turn").Err(); err != nil {
		t.Fatal(err)
	}
	put(t, lastHour, "43", "u1", someSession)
	if turn := begin(t, busy, "43", ""); turn.Excess != 1 {
		t.Errorf("excess %d", turn.Excess)
	}
	expectSession(t, firstHour, "43", someSession)
}

// The clock is set right after the week changed, and the week before begins again.
func testWeekSetBack(t *testing.T, rdb redis.UniversalClient) {
	for _, back := range []time.Duration{2 * time.Second, time.Hour, setBack} {
		ahead, right := at(t, rdb, monday.Add(time.Second)), at(t, rdb, monday.Add(time.Second-back))
		chat := back.String()
		put(t, ahead, chat, "u1", someSession)
		if !begin(t, right, chat, "u1").Repeat {
			t.Errorf("set back by %v: what was answered before is a repeat", back)
		}
		expectSession(t, right, chat, someSession)
		if n := rdb.Exists(t.Context(), sessionKey(ahead, chat)).Val(); n != 0 {
			t.Errorf("set back by %v: the session stands under both names", back)
		}
		put(t, ahead, chat, "u2", someSession) // and over the change once more
		expectSession(t, right, chat, someSession)
	}
	// Who is forgotten then, is under both names; and what was sent is known.
	ahead, right := at(t, rdb, monday.Add(time.Second)), at(t, rdb, monday.Add(-time.Second))
	h := openHeld(t, ahead, "44", "1")
	parcels, _, err := ahead.Commit(t.Context(), h, Entry{Update: "1", Session: someSession, Bodies: [][]byte{[]byte("a"), []byte("b")}})
	if err != nil {
		t.Fatal(err)
	}
	if err := ahead.Sent(t.Context(), h, parcels[0], []byte("r1")); err != nil {
		t.Fatal(err)
	}
	// What was left there by a process that died is sent when the message comes again.
	ahead.rdb.Del(t.Context(), h.keys[2])
	again := openHeld(t, right, "44", "1")
	if !again.Resumed || !again.Interrupted() || len(again.Left) != 1 || string(again.Left[0].Body) != "b" {
		t.Errorf("%+v", again)
	}
	if err := right.Sent(t.Context(), again, again.Left[0], []byte("r2")); err != nil {
		t.Fatal(err)
	}
	if !openHeld(t, right, "44", "1").Repeat {
		t.Error("answered again")
	}
	if receipts, err := right.Receipts(t.Context(), "telegram", "44"); err != nil || len(receipts) != 2 {
		t.Errorf("%q %v", receipts, err)
	}
	next := openHeld(t, right, "44", "2")
	if _, _, err := right.Commit(t.Context(), next, Entry{Update: "2", Forget: true}); err != nil {
		t.Fatal(err)
	}
	if n := rdb.Exists(t.Context(), h.keys[1], h.outbox(), h.receipts()).Val(); n != 0 {
		t.Errorf("%d keys of a forgotten chat are left", n)
	}
}

func testCounts(t *testing.T, rdb redis.UniversalClient) {
	s := at(t, rdb, time.Date(2026, 11, 25, 23, 59, 0, 0, time.UTC))
	for range 3 {
		if err := s.Count(t.Context(), "useful", "mx", "deadlines"); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Count(t.Context(), "unanswered", "", "work"); err != nil {
		t.Fatal(err)
	}
	if err := at(t, rdb, time.Date(2026, 11, 26, 0, 1, 0, 0, time.UTC)).Count(t.Context(), "useful", "mx", "deadlines"); err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]string{
		"cobijo:{count}:2026-11-25": {"useful:mx/deadlines": "3", "unanswered:/work": "1"},
		"cobijo:{count}:2026-11-26": {"useful:mx/deadlines": "1"},
	}
	got := map[string]map[string]string{}
	for key := range maps.Keys(keys(t, rdb)) {
		got[key] = rdb.HGetAll(t.Context(), key).Val()
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
