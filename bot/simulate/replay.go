package simulate

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Where a recorded conversation can be played.
const (
	OnTelegram = "telegram"
	OnSlack    = "slack"
)

// Patience is how long a replay waits: for what was recorded to come (Most), and for more of something else once nothing has
// come for a while (Quiet).
type Patience struct{ Most, Quiet time.Duration }

// turn is one thing that the person does in a recording, and what is said then.
type turn struct {
	mark, words string   // ">", "*", "@", "#"
	recorded    []string // the lines of the answer
}

// said is what an answer says: its words, and what stands on its keys.
type said struct {
	words  string
	labels []string
	bare   bool // recorded without a channel: what a channel adds of its own at the end is no difference
}

// choiceLine is a choice of a recording: "(2) Your rights = group:rights". A screen's own recording has no id.
var choiceLine = regexp.MustCompile(`^\(\d+\) (.*)$`)

var (
	kindLine   = regexp.MustCompile(`^\[[a-z]+( [^\]]*)?\]$`)
	linkTarget = regexp.MustCompile(`\]\([^)\s]*\)`)
)

// readRecording reads a recorded conversation: "> " is written, "* " pressed (by what stands on the key, or by what it means), "@ " is
// the language of the device, "# " a remark; all else is what was answered.
func readRecording(r io.Reader) ([]turn, error) {
	var turns []turn
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if len(line) >= 2 && line[1] == ' ' && strings.Contains(">*@#", line[:1]) {
			turns = append(turns, turn{mark: line[:1], words: line[2:]})
			continue
		}
		if len(turns) == 0 {
			if strings.TrimSpace(line) != "" {
				return nil, errors.New("the recording begins with an answer")
			}
			continue
		}
		last := &turns[len(turns)-1]
		last.recorded = append(last.recorded, line)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read recording: %w", err)
	}
	if !slices.ContainsFunc(turns, func(t turn) bool { return t.mark == ">" || t.mark == "*" }) {
		return nil, errors.New("nobody says anything in the recording")
	}
	return turns, nil
}

// readAnswer reads what was recorded as an answer.
func readAnswer(lines []string) said {
	var a said
	var text []string
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if kindLine.MatchString(line) {
			a.bare = true
			continue
		}
		if m := choiceLine.FindStringSubmatch(line); m != nil {
			label := m[1]
			if i := strings.LastIndex(label, " = "); i >= 0 {
				label = label[:i]
			}
			a.labels = append(a.labels, bare(label))
			continue
		}
		text = append(text, line)
	}
	a.words = bare(linkTarget.ReplaceAllString(strings.Join(text, "\n"), "]"))
	return a
}

// bare leaves of a text its words: what marks them is another thing on each channel.
func bare(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}

// fits tells whether what came is what was recorded.
func (a said) fits(came said) bool {
	if a.bare {
		return (came.words == a.words || strings.HasPrefix(came.words, a.words+" ")) && len(came.labels) >= len(a.labels) && slices.Equal(a.labels, came.labels[:len(a.labels)])
	}
	return a.words == came.words && slices.Equal(a.labels, came.labels)
}

// stage is a person on one of the channels.
type stage interface {
	// do does what a turn says; the error is that there is no such key.
	do(ctx context.Context, t turn) error
	// came is what is new or changed on the screen since the turn began, as lines for a recording.
	came() []string
	// idle tells whether the assistant has nothing under way that can be seen.
	idle() bool
	// keep takes what stands on the screen for known.
	keep()
}

// Replay plays a recorded conversation with a new person on one of the channels, and writes down what came as a recording. It
// gives how many answers were not as recorded: other words, or other keys. Letters and digits alone are compared.
func (s *Server) Replay(ctx context.Context, on string, recording io.Reader, out io.Writer, wait Patience) (differ int, err error) {
	turns, err := readRecording(recording)
	if err != nil {
		return 0, err
	}
	var st stage
	switch on {
	case OnTelegram:
		st = s.telegramStage()
	case OnSlack:
		st = s.slackStage()
	default:
		return 0, fmt.Errorf("there is no channel %q", on)
	}
	for _, t := range turns {
		if t.mark == "#" || t.mark == "@" {
			fmt.Fprintln(out, t.mark+" "+t.words)
			if err := st.do(ctx, t); err != nil {
				return differ, err
			}
			continue
		}
		fmt.Fprintf(out, "\n%s %s\n\n", t.mark, t.words)
		st.keep()
		want := readAnswer(t.recorded)
		if err := st.do(ctx, t); err != nil {
			fmt.Fprintf(out, "  ≠ %v\n", err)
			differ++
			continue
		}
		lines := await(ctx, st, want, wait)
		for _, l := range lines {
			fmt.Fprintln(out, strings.TrimRight("  "+l, " "))
		}
		if err := ctx.Err(); err != nil {
			return differ, fmt.Errorf("replay: %w", err)
		}
		if got := readAnswer(lines); !want.fits(got) {
			differ++
			tellDifference(out, want, got)
		}
	}
	return differ, nil
}

// await waits until what was recorded has come, or something else has and no more comes.
func await(ctx context.Context, st stage, want said, wait Patience) []string {
	ctx, cancel := context.WithTimeout(ctx, wait.Most)
	defer cancel()
	last, since := "", time.Now()
	for {
		lines := st.came()
		now := strings.Join(lines, "\n")
		if st.idle() && want.fits(readAnswer(lines)) && now != "" {
			return lines
		}
		if now != last {
			last, since = now, time.Now()
		}
		if now != "" && time.Since(since) > wait.Quiet {
			return lines
		}
		select {
		case <-ctx.Done():
			return lines
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// tellDifference writes where an answer differs from what was recorded.
func tellDifference(out io.Writer, want, got said) {
	if want.words != got.words {
		w, g := strings.Fields(want.words), strings.Fields(got.words)
		i := 0
		for i < len(w) && i < len(g) && w[i] == g[i] {
			i++
		}
		around := func(f []string) string { return strings.Join(f[max(0, min(i, len(f))-3):min(len(f), i+12)], " ") }
		fmt.Fprintf(out, "  ≠ recorded: … %s …\n  ≠ came:     … %s …\n", around(w), around(g))
	}
	if !slices.Equal(want.labels, got.labels) {
		fmt.Fprintf(out, "  ≠ keys recorded: %s\n  ≠ keys that came: %s\n", strings.Join(want.labels, " | "), strings.Join(got.labels, " | "))
	}
}
