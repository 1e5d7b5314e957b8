package telegram_test

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cobijo/bot/faketelegram"
	"cobijo/bot/telegram"
)

var update = flag.Bool("update", false, "write the transcripts as the bot answers now")

// A transcript is what a scripted person goes through on Telegram, over real HTTP. "@ es" is the device's language; "> " is
// written, "* " presses the button that says so, "+ " sends something else, "~ " changes what was written last; all else is what
// stands on the screen then: each message that is new, changed or gone. `go test ./bot/telegram -update` writes it anew; the change is then read.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		for _, mode := range []telegram.Mode{telegram.Webhook, telegram.Polling} {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+string(mode), func(t *testing.T) {
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				got := play(t, mode, string(want))
				if *update {
					if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
					return
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("the talk goes otherwise (-file +now):\n%s", diff)
				}
			})
		}
	}
}

// player plays one transcript.
type player struct {
	*stage
	chat  *faketelegram.Chat
	shown map[int64]string
	last  map[string]any
	out   strings.Builder
}

func play(t *testing.T, mode telegram.Mode, transcript string) string {
	p := &player{stage: open(t, setup{mode: mode}), shown: map[int64]string{}}
	p.chat = p.Person(42, "es")
	lines := bufio.NewScanner(strings.NewReader(transcript))
	for lines.Scan() {
		line := lines.Text()
		said := strings.TrimPrefix(line, line[:min(2, len(line))])
		switch {
		case strings.HasPrefix(line, "# "):
			fmt.Fprintln(&p.out, line)
			continue
		case strings.HasPrefix(line, "@ "):
			p.chat.Lang = said
			if group, ok := strings.CutPrefix(said, "group "); ok {
				p.chat = p.Group(-100, group)
			}
			fmt.Fprintln(&p.out, line)
			continue
		case strings.HasPrefix(line, "> "):
			p.last = p.Say(p.chat, strings.ReplaceAll(said, "@bot", "@"+p.Username))
		case strings.HasPrefix(line, "~ "):
			p.Edit(p.last, said)
		case strings.HasPrefix(line, "+ "):
			kind, _, _ := strings.Cut(said, " ")
			more := map[string]any{kind: map[string]any{"file_id": "x"}}
			if kind == "location" {
				var lat, lon float64
				_, _ = fmt.Sscanf(said, "location %f %f", &lat, &lon)
				more = map[string]any{"location": map[string]any{"latitude": lat, "longitude": lon}}
			}
			p.Send(p.chat, more)
		case strings.HasPrefix(line, "* "):
			if err := p.Press(p.chat, said); err != nil {
				t.Fatalf("%v; on the screen:\n%s", err, p.out.String()) // the transcript is not written: a step would be lost
			}
		default:
			continue
		}
		fmt.Fprintf(&p.out, "\n%s\n", line)
		p.settle()
		p.quiet()
		p.show()
	}
	return p.out.String()
}

// quiet waits until the outbox is empty and nothing has changed for a moment.
func (p *player) quiet() {
	p.until("the outbox is empty", func() bool { return len(p.keys(p.t, ":o")) == 0 })
	p.until("what was to be deleted is", func() bool {
		now := fmt.Sprint(time.Now().UnixMilli())
		return p.rdb.ZCount(p.t.Context(), "cobijo:{telegram:later}", "-inf", now).Val() == 0
	})
	time.Sleep(15 * time.Millisecond)
}

// show writes down what changed on the screen.
func (p *player) show() {
	stands := map[int64]bool{}
	for _, m := range p.Said(p.chat) {
		stands[m.ID] = true
		text := m.HTML
		for _, k := range m.Keys() {
			text += "\n[" + k.Text + "]"
			if k.URL != "" {
				text += " " + strings.ReplaceAll(k.URL, p.Username, "bot")
			}
		}
		if markup := string(m.Markup); strings.Contains(markup, `"keyboard"`) && !strings.Contains(markup, "inline") || strings.Contains(markup, "remove_keyboard") {
			text += "\n" + markup
		}
		old, before := p.shown[m.ID]
		switch {
		case !before:
			fmt.Fprintln(&p.out)
		case old != text:
			fmt.Fprintln(&p.out, "\n  (changed)")
		default:
			continue
		}
		p.shown[m.ID] = text
		for l := range strings.SplitSeq(text, "\n") {
			fmt.Fprintln(&p.out, strings.TrimRight("  "+l, " "))
		}
	}
	gone := 0
	for _, id := range slices.Collect(func(yield func(int64) bool) {
		for id := range p.shown {
			if !yield(id) {
				return
			}
		}
	}) {
		if !stands[id] {
			delete(p.shown, id)
			gone++
		}
	}
	if gone > 0 {
		fmt.Fprintf(&p.out, "\n  (%d messages are gone)\n", gone)
	}
}
