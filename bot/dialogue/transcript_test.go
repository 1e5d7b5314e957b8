package dialogue_test

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cobijo/bot/dialogue"
	"cobijo/knowledge"
	"cobijo/locales"
	"cobijo/seeds"
)

var update = flag.Bool("update", false, "write the transcripts as the assistant answers now")

// today is the day on which the transcripts take place.
var today = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)

func newDialogue(t testing.TB) (*dialogue.Dialogue, *knowledge.Base) {
	t.Helper()
	base, err := knowledge.Load(seeds.FS)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := locales.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	texts.OnError = func(lang, id string, err error) { t.Errorf("text %s in %s: %v", id, lang, err) }
	return dialogue.New(base, texts, dialogue.Options{Operator: "Casa Ejemplo"}), base
}

// A transcript is a conversation as a file: what the person writes begins with "> ", what they press with "* ", the device's
// language with "@ "; all else is what the assistant says. `go test ./bot/dialogue -update` writes it anew; the change is then read.
func TestTranscripts(t *testing.T) {
	d, _ := newDialogue(t)
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(d, string(want))
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

// play goes through the person's part of a transcript and writes down the whole.
func play(d *dialogue.Dialogue, transcript string) string {
	var out strings.Builder
	var s dialogue.Session
	hint := ""
	lines := bufio.NewScanner(strings.NewReader(transcript))
	for lines.Scan() {
		line := lines.Text()
		var m dialogue.Message
		switch {
		case strings.HasPrefix(line, "# "):
			fmt.Fprintln(&out, line)
			continue
		case strings.HasPrefix(line, "@ "):
			hint = line[2:]
			fmt.Fprintln(&out, line)
			continue
		case strings.HasPrefix(line, "> "):
			m.Text = line[2:]
		case strings.HasPrefix(line, "* "):
			m.Choice = line[2:]
		default:
			continue
		}
		m.LangHint = hint
		fmt.Fprintf(&out, "\n%s\n", line)
		var replies []dialogue.Reply
		s, replies, _ = d.Handle(today, s, m)
		for _, r := range replies {
			fmt.Fprintf(&out, "\n  [%s %s %s]\n", r.Kind, r.Lang, strings.Trim(r.Country+" "+r.ID, " "))
			for l := range strings.SplitSeq(r.Text, "\n") {
				fmt.Fprintln(&out, strings.TrimRight("  "+l, " "))
			}
			for i, c := range r.Choices {
				fmt.Fprintf(&out, "  (%d) %s = %s\n", i+1, c.Label, c.ID)
			}
		}
	}
	return out.String()
}
