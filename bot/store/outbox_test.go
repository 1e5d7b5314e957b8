package store

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"cobijo/bot/dialogue"
)

func openHeld(t *testing.T, s *Store, chat, update string) *Held {
	t.Helper()
	h, err := s.Open(t.Context(), "telegram", chat, update)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestOutbox asks the same of the embedded Redis and of a real one.
func TestOutbox(t *testing.T) {
	for name, start := range map[string]func(*testing.T) redis.UniversalClient{"embedded": embedded, "redis-server": redisServer} {
		t.Run(name, func(t *testing.T) {
			rdb := start(t)
			for name, test := range map[string]func(*testing.T, redis.UniversalClient){
				"commit is whole": testCommitIsWhole, "a lost turn changes nothing": testLostTurnChangesNothing, "put off": testPutOff, "pace": testPace,
				"what is sent is sealed": testWhatIsSentIsSealed, "lead and presence": testLeadAndPresence, "notes": testNotes,
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

func TestOutboxKeysShareASlot(t *testing.T) {
	s := newStore(t, embedded(t), Options{})
	for _, chat := range []string{"42", "-100123", "}{"} {
		h := openHeld(t, s, chat, "u{1}")
		for _, key := range append(h.keys, h.outbox(), h.receipts(), h.pace()) {
			if slot(key) != slot(h.keys[0]) {
				t.Errorf("chat %q: %s is not in the slot of %s", chat, key, h.keys[0])
			}
		}
	}
	if tag := "cobijo:{telegram:replicas}"; slot(tag) != slot(tag+":pause") {
		t.Error("the replicas and their pause are in two slots")
	}
}

func testCommitIsWhole(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	h := openHeld(t, s, "42", "1")
	session := dialogue.Session{Lang: "es", Country: "mx"}
	parcels, wait, err := s.Commit(t.Context(), h, Entry{Update: "1", Session: session, Bodies: [][]byte{[]byte("a"), []byte("b")}})
	if err != nil || wait != 0 || len(parcels) != 2 {
		t.Fatal(parcels, wait, err)
	}
	if err := s.Sent(t.Context(), h, parcels[0], []byte("r1")); err != nil {
		t.Fatal(err)
	}
	// The process dies here. While the turn holds, a repeat waits; then it gets what is left, and no new answer.
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Open(ctx, "telegram", "42", "1"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a repeat does not wait for who sends: %v", err)
	}
	s.rdb.Del(t.Context(), h.keys[2])
	again := openHeld(t, s, "42", "1")
	if !again.Resumed || !again.Interrupted() || len(again.Left) != 1 || string(again.Left[0].Body) != "b" {
		t.Fatalf("%+v", again)
	}
	if err := s.Sent(t.Context(), again, again.Left[0], []byte("r2")); err != nil {
		t.Fatal(err)
	}
	if third := openHeld(t, s, "42", "1"); !third.Repeat {
		t.Error("answered again")
	}
	next := openHeld(t, s, "42", "2")
	if next.Session.Country != "mx" || len(next.Left) != 0 {
		t.Errorf("%+v", next)
	}
	receipts, err := s.Receipts(t.Context(), "telegram", "42")
	if err != nil || len(receipts) != 2 || string(receipts[1]) != "r2" {
		t.Errorf("%q %v", receipts, err)
	}
	if _, _, err := s.Commit(t.Context(), next, Entry{Update: "2", Forget: true}); err != nil {
		t.Fatal(err)
	}
	if receipts, _ := s.Receipts(t.Context(), "telegram", "42"); len(receipts) != 0 {
		t.Error("receipts outlive the chat")
	}
}

func testLostTurnChangesNothing(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	h := openHeld(t, s, "42", "1")
	s.rdb.Set(t.Context(), h.keys[2], "another's", time.Minute)
	if _, _, err := s.Commit(t.Context(), h, Entry{Update: "1", Session: dialogue.Session{Lang: "en"}, Bodies: [][]byte{[]byte("a")}}); !errors.Is(err, ErrTurnLost) {
		t.Error(err)
	}
	if n := s.rdb.Exists(t.Context(), h.keys[0], h.keys[1], h.outbox()).Val(); n != 0 {
		t.Errorf("%d keys were written", n)
	}
}

func testPutOff(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	ctx := t.Context()
	h := openHeld(t, s, "42", "1")
	parcels, _, err := s.Commit(ctx, h, Entry{Update: "1", Bodies: [][]byte{[]byte("a")}})
	if err != nil {
		t.Fatal(err)
	}
	p := parcels[0]
	p.State, p.Tries = Waiting, 3
	if err := s.PutOff(ctx, "telegram", h, p, time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	// What comes after it in the chat stands behind it.
	next := openHeld(t, s, "42", "2")
	if next.Interrupted() || len(next.Left) != 1 {
		t.Fatalf("%+v", next)
	}
	if _, _, err := s.Commit(ctx, next, Entry{Update: "2", Bodies: [][]byte{[]byte("b")}, Behind: true}); err != nil {
		t.Fatal(err)
	}
	names, err := s.Due(ctx, "telegram", 10, time.Minute)
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	if again, _ := s.Due(ctx, "telegram", 10, time.Minute); len(again) != 0 {
		t.Error("taken twice")
	}
	held, err := s.Reopen(ctx, names[0])
	if err != nil || held == nil || len(held.Left) != 2 || held.Left[0].Tries != 3 || held.Left[0].State != Waiting || string(held.Left[1].Body) != "b" {
		t.Fatalf("%+v %v", held, err)
	}
	if other, err := s.Reopen(ctx, names[0]); other != nil || err != nil {
		t.Error("two hold one chat")
	}
}

func testPace(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	pace := Pace{Every: time.Second, Burst: 2}
	for i, want := range []time.Duration{0, 0, time.Second, 2 * time.Second} {
		h := openHeld(t, s, "42", "")
		_, wait, err := s.Commit(t.Context(), h, Entry{Bodies: [][]byte{[]byte("a")}, Pace: pace, Behind: true})
		if err != nil || wait < want-300*time.Millisecond || wait > want {
			t.Errorf("message %d waits %v, want about %v; %v", i, wait, want, err)
		}
	}
}

func testWhatIsSentIsSealed(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	h := openHeld(t, s, "42", "1")
	body := []byte(`Zoraida 4242424242`)
	if _, _, err := s.Commit(t.Context(), h, Entry{Update: "1", Bodies: [][]byte{body}}); err != nil {
		t.Fatal(err)
	}
	for _, raw := range s.rdb.LRange(t.Context(), h.outbox(), 0, -1).Val() {
		if bytes.Contains([]byte(raw), body[:7]) {
			t.Error("a parcel stands open")
		}
		if p := s.openParcel(raw, "another chat"); len(p.Body) != 0 {
			t.Error("a parcel opens for another chat")
		}
	}
	if ttl := s.rdb.PTTL(t.Context(), h.outbox()).Val(); ttl <= 0 {
		t.Error("the outbox never expires")
	}
}

func testLeadAndPresence(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	ctx := t.Context()
	for _, tt := range []struct {
		who  string
		want bool
	}{{"a", true}, {"b", false}, {"a", true}} {
		if ok, err := s.Lead(ctx, "poll", tt.who, time.Minute); err != nil || ok != tt.want {
			t.Errorf("%s leads: %v %v", tt.who, ok, err)
		}
	}
	if err := s.Unlead(ctx, "poll", "b"); err != nil {
		t.Fatal(err)
	}
	if ok, _ := s.Lead(ctx, "poll", "b", time.Minute); ok {
		t.Error("another gave the lead away")
	}
	if err := s.Unlead(ctx, "poll", "a"); err != nil {
		t.Fatal(err)
	}
	if ok, _ := s.Lead(ctx, "poll", "b", time.Minute); !ok {
		t.Error("nobody leads, and b may not")
	}
	for i, who := range []string{"a", "b"} {
		if n, pause, err := s.Present(ctx, "telegram", who, time.Duration(i)*time.Minute); err != nil || n != i+1 || (pause > 0) != (i > 0) {
			t.Errorf("%d %v %v", n, pause, err)
		}
	}
}

func testNotes(t *testing.T, rdb redis.UniversalClient) {
	s := newStore(t, rdb, Options{})
	ctx := t.Context()
	if err := errors.Join(s.Later(ctx, "telegram", []byte("soon"), time.Now().Add(-time.Second)), s.Later(ctx, "telegram", []byte("late"), time.Now().Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	notes, err := s.Notes(ctx, "telegram", 10, -time.Second)
	if err != nil || len(notes) != 1 || string(notes[0].Data) != "soon" {
		t.Fatalf("%v %v", notes, err)
	}
	if err := s.Noted(ctx, "telegram", notes...); err != nil {
		t.Fatal(err)
	}
	if notes, _ := s.Notes(ctx, "telegram", 10, 0); len(notes) != 0 {
		t.Errorf("%v", notes)
	}
}
