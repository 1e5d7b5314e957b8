package scale

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cobijo/bot/faketelegram"
)

// line is what somebody says in a transcript: words, or a choice that they press.
type line struct{ text, choice string }

// forgets tells whether a line has all forgotten.
func (l line) forgets() bool {
	return slices.Contains([]string{"/forget", "delete", "borrar"}, l.text) || l.choice == "forget"
}

// talk is the person's part of a transcript.
type talk struct {
	name  string
	lang  string // of the device
	lines []line
	after [][]string // by line: all that was said in the chat by then, where nothing fails
	pages []string   // the same for the web: by line, what the page adds
}

// talks reads the recorded transcripts of the dialogue.
func talks(t testing.TB) []*talk {
	t.Helper()
	files, err := filepath.Glob("../dialogue/testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	var all []*talk
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		one := &talk{name: strings.TrimSuffix(filepath.Base(file), ".txt"), lang: "es"}
		for s := bufio.NewScanner(f); s.Scan(); {
			mark, rest, _ := strings.Cut(s.Text(), " ")
			switch mark {
			case "@":
				one.lang = rest
			case ">":
				one.lines = append(one.lines, line{text: rest})
			case "*":
				one.lines = append(one.lines, line{choice: rest})
			}
		}
		_ = f.Close()
		all = append(all, one)
	}
	return all
}

// buttonVersion stands before a choice in a button's data.
const buttonVersion = "1:"

// stage is where people talk to the replicas by Telegram.
type stage struct {
	t     testing.TB
	api   *faketelegram.Server
	front *front
	ids   chan int64 // numbers for chats, updates and presses
}

func newStage(t testing.TB, api *faketelegram.Server, f *front) *stage {
	s := &stage{t: t, api: api, front: f, ids: make(chan int64)}
	go func() {
		for n := int64(1_000_000); ; n++ {
			select {
			case s.ids <- n:
			case <-t.Context().Done():
				close(s.ids)
				return
			}
		}
	}()
	return s
}

// body is the update of a line.
func (s *stage) body(c *faketelegram.Chat, l line) []byte {
	var u map[string]any
	if l.choice == "" {
		u = s.api.Incoming(c, l.text, nil)
	} else {
		u = s.press(c, l.choice)
	}
	u["update_id"] = <-s.ids
	body, err := json.Marshal(u)
	if err != nil {
		s.t.Error(err)
	}
	return body
}

// press is a press of a choice under the last message that bears it, or under the last one.
func (s *stage) press(c *faketelegram.Chat, choice string) map[string]any {
	said := s.api.Said(c)
	var under int64
	for _, m := range slices.Backward(said) {
		if slices.ContainsFunc(m.Keys(), func(k faketelegram.Key) bool { return k.Data == buttonVersion+choice }) {
			under = m.ID
			break
		}
	}
	if under == 0 && len(said) > 0 {
		under = said[len(said)-1].ID
	}
	return map[string]any{"callback_query": map[string]any{
		"id": fmt.Sprint("press-", <-s.ids), "chat_instance": "1", "data": buttonVersion + choice,
		"from":    map[string]any{"id": c.ID, "is_bot": false, "first_name": "Ana", "language_code": c.Lang},
		"message": map[string]any{"message_id": under, "date": 0, "chat": map[string]any{"id": c.ID, "type": c.Type}},
	}}
}

// shown is all that the bot's messages in a chat say now.
func (s *stage) shown(c *faketelegram.Chat) []string {
	var all []string
	for _, m := range s.api.Said(c) {
		all = append(all, m.Text)
	}
	return all
}

// record plays a talk while nothing fails, and notes what stands in the chat after each line.
func (s *stage) record(one *talk) {
	c := s.api.Person(<-s.ids, one.lang)
	var order []int64 // of the messages, those that were deleted too
	texts := map[int64]string{}
	for _, l := range one.lines {
		if !s.front.deliver(s.body(c, l), longest) {
			s.t.Fatalf("%s: not acknowledged", one.name)
		}
		time.Sleep(20 * time.Millisecond) // an answer is sent before it is acknowledged
		for _, m := range s.api.Said(c) {
			if _, known := texts[m.ID]; !known {
				order = append(order, m.ID)
			}
			texts[m.ID] = m.Text // it may have been edited
		}
		var all []string
		for _, id := range order {
			all = append(all, texts[id])
		}
		one.after = append(one.after, all)
	}
}

// late is how long an answer may take until it counts as lost: an outage, a dead replica's turn, and a retry's back-off together.
const late = 2 * longest

// play plays a talk whatever fails, and compares what stands in the chat after each line. It gives how many lines were said, and
// what is wrong, empty for nothing.
func (s *stage) play(one *talk, c *faketelegram.Chat, repeat bool) (said int, wrong string) {
	for i, l := range one.lines {
		body := s.body(c, l)
		if repeat && i%5 == 2 {
			s.front.repeat(body, 50*time.Millisecond)
		}
		if !s.front.deliver(body, late) {
			return said, fmt.Sprintf("line %d is not acknowledged", i+1)
		}
		said++
		for end := time.Now().Add(late); ; time.Sleep(20 * time.Millisecond) {
			got := s.shown(c)
			if one.fits(i, got) {
				break
			}
			if time.Now().After(end) {
				return said, fmt.Sprintf("line %d: something was lost, said twice or answered otherwise: %d messages instead of %d, the last is %.60q instead of %.60q",
					i+1, len(got), len(one.after[i]), last(got), last(one.after[i]))
			}
		}
	}
	return said, ""
}

// final compares a chat in the end with what its talk left.
func (s *stage) final(one *talk, c *faketelegram.Chat) bool {
	return one.fits(len(one.lines)-1, s.shown(c))
}

// remains counts the messages that stand in a chat though all that was said before was to be deleted.
func (one *talk) remains(got []string) int {
	for i, l := range one.lines {
		if l.forgets() {
			after := len(one.after[len(one.lines)-1]) - len(one.after[i]) + 1 // the answer to it, and what was said since
			return max(0, len(got)-after)
		}
	}
	return 0
}

// fits tells whether a chat shows after a line what it is to show. Once somebody had all forgotten, what was said before is deleted,
// at once or a little later.
func (one *talk) fits(i int, got []string) bool {
	want := one.after[i]
	if n := min(len(got), len(want)); n > 0 && slices.ContainsFunc(one.lines[:i+1], line.forgets) {
		got, want = got[len(got)-n:], want[len(want)-n:]
	}
	return slices.Equal(got, want)
}

func last(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}
