package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"cobijo/bot/dialogue"
	"cobijo/knowledge/guidance"
)

type askCmd struct {
	Question string `arg:"" optional:"" help:"What to ask."`
	Lang     string `help:"Language of the answer; without it, the question's own." enum:",es,en" default:""`
	Country  string `help:"Country that the person is in, for example mx." placeholder:"CODE"`
	JSON     bool   `help:"Print the answer as JSON." name:"json"`
	Explain  bool   `help:"Tell on standard error what was read out of the question."`
	Batch    string `help:"Read JSON Lines from FILE (- for standard input), write JSON Lines." placeholder:"FILE"`
}

// Run answers one question, or a batch of them.
func (c *askCmd) Run(s *streams) error {
	d, base, err := loadDialogue()
	if err != nil {
		return err
	}
	if c.Explain {
		fmt.Fprintln(s.err, base.Understand.Read(c.Question, time.Now()).Explain())
	}
	a := newAsker(d)
	if c.Batch != "" {
		in := s.in
		if c.Batch != "-" {
			f, err := os.Open(c.Batch)
			if err != nil {
				return fmt.Errorf("read batch: %w", err)
			}
			defer f.Close()
			in = f
		}
		return a.batch(in, s.out)
	}
	if strings.TrimSpace(c.Question) == "" {
		return usageError{errors.New("ask what? give a question, or --batch FILE")}
	}
	out := a.answer(askLine{Q: &c.Question, Lang: c.Lang, Country: c.Country})
	if c.JSON {
		return json.NewEncoder(s.out).Encode(out)
	}
	fmt.Fprintln(s.out, out.Text)
	return nil
}

// askLine is a line of a batch.
type askLine struct {
	Q       *string `json:"q"`
	Choice  string  `json:"choice"` // presses a button of the answer before
	Lang    string  `json:"lang"`
	Country string  `json:"country"`
	Chat    string  `json:"chat"` // lines that share it are one conversation
}

// answerLine is what a line of a batch is answered with.
type answerLine struct {
	Q            string                 `json:"q"`
	Lang         string                 `json:"lang"`
	Kind         dialogue.Kind          `json:"kind"`
	Country      string                 `json:"country,omitempty"`
	Topic        string                 `json:"topic,omitempty"`
	ID           string                 `json:"id,omitempty"`
	Alternatives []dialogue.Alternative `json:"alternatives,omitempty"`
	Commitments  []string               `json:"commitments,omitempty"`
	Ask          string                 `json:"ask,omitempty"`
	Score        float32                `json:"score"`
	Text         string                 `json:"text"`
	Choices      []dialogue.Choice      `json:"choices,omitempty"`
	Sources      []sourceLine           `json:"sources,omitempty"`
}

type sourceLine struct {
	ID   string `json:"id"`
	URL  string `json:"url"`
	AsOf string `json:"as_of,omitempty"`
}

// asker answers lines, with a memory for each chat.
type asker struct {
	dialogue *dialogue.Dialogue
	sessions map[string]dialogue.Session
	now      func() time.Time
}

func newAsker(d *dialogue.Dialogue) *asker {
	return &asker{dialogue: d, sessions: map[string]dialogue.Session{}, now: time.Now}
}

// maxLine is how long a line of a batch may be, in bytes.
const maxLine = 1 << 20

// batch answers JSON Lines in order; a line that cannot be read gives an error in its place.
func (a *asker) batch(in io.Reader, out io.Writer) error {
	w := bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	r := bufio.NewReaderSize(in, 64<<10)
	for n := 1; ; n++ {
		line, err := readLine(r)
		if len(strings.TrimSpace(string(line))) > 0 {
			if err := a.batchLine(line, n, enc); err != nil {
				return fmt.Errorf("write answer %d: %w", n, err)
			}
			// Somebody may be waiting for this line's answer before sending the next.
			if r.Buffered() == 0 {
				if err := w.Flush(); err != nil {
					return fmt.Errorf("write answer %d: %w", n, err)
				}
			}
		}
		if errors.Is(err, io.EOF) {
			if err := w.Flush(); err != nil {
				return fmt.Errorf("write answers: %w", err)
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("read batch, line %d: %w", n, err)
		}
	}
}

// readLine reads to the end of the line; of one that is too long, it keeps maxLine bytes.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line) <= maxLine {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

func (a *asker) batchLine(line []byte, n int, enc *json.Encoder) error {
	bad := func(format string, args ...any) error {
		return enc.Encode(map[string]string{"error": fmt.Sprintf("line %d: ", n) + fmt.Sprintf(format, args...)})
	}
	if len(line) > maxLine {
		return bad("longer than %d bytes", maxLine)
	}
	var l askLine
	if err := json.Unmarshal(line, &l); err != nil {
		return bad("%v", err)
	}
	if l.Q == nil && l.Choice == "" {
		return bad(`neither "q" nor "choice"`)
	}
	return enc.Encode(a.answer(l))
}

// answer answers a line. Of several replies the last is the answer, for the first only introduces.
func (a *asker) answer(l askLine) answerLine {
	// A line alone is asked by somebody who knows what this is.
	s := dialogue.Session{Introduced: true}
	if old, ok := a.sessions[l.Chat]; ok && l.Chat != "" {
		s = old
	}
	if l.Lang != "" {
		s.Lang, s.LangChosen = l.Lang, true
	}
	if l.Country != "" {
		s.Country = strings.ToLower(l.Country)
	}
	m := dialogue.Message{Choice: l.Choice}
	if l.Q != nil {
		m.Text = *l.Q
	}
	s, replies, _ := a.dialogue.Handle(a.now(), s, m)
	if l.Chat != "" {
		a.sessions[l.Chat] = s
	}
	r := replies[len(replies)-1]
	out := answerLine{
		Q: m.Text, Lang: r.Lang, Kind: r.Kind, Country: r.Country, Topic: r.Topic, ID: r.ID, Alternatives: r.Alternatives,
		Commitments: r.Commitments, Ask: r.Ask, Score: r.Score, Text: plain(r.Text), Choices: r.Choices,
	}
	if out.Country == "" && r.Kind == dialogue.Guidance {
		out.Country = guidance.Regional
	}
	for _, src := range r.Sources {
		out.Sources = append(out.Sources, sourceLine{src.ID, src.URL, src.AsOf.String()})
	}
	return out
}
