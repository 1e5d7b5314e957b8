package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cobijo/bot/dialogue"
)

type evalCmd struct {
	Dir      string `arg:"" help:"Folder with guidance.jsonl, danger.jsonl, commitments.jsonl, offtopic.jsonl, dialogues.jsonl, langid.jsonl; those that are there are measured."`
	Failures bool   `help:"Print each question that was answered wrongly."`
}

// Run measures the understanding on questions with known answers, as `ask --batch` gives them.
func (c *evalCmd) Run(s *streams) error {
	_, err := c.measure(s.out)
	return err
}

// measure asks all questions, prints what came out, and gives each figure in percent as "set/what".
func (c *evalCmd) measure(out io.Writer) (map[string]float64, error) {
	d, _, err := loadDialogue()
	if err != nil {
		return nil, err
	}
	e := &evaluation{asker: newAsker(d), out: out, failures: c.Failures, figures: map[string]float64{}}
	for _, set := range []struct {
		file string
		run  func([]evalRow)
	}{
		{"guidance.jsonl", e.guidance}, {"lowliteracy.jsonl", e.guidance}, {"danger.jsonl", e.danger}, {"commitments.jsonl", e.commitments},
		{"offtopic.jsonl", e.offTopic}, {"offtopic-public.jsonl", e.offTopic}, {"dialogues.jsonl", e.dialogues}, {"langid.jsonl", e.languages},
	} {
		rows, err := readRows(filepath.Join(c.Dir, set.file))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(out, "%s: %d lines\n", set.file, len(rows))
		e.set = strings.TrimSuffix(set.file, ".jsonl")
		set.run(rows)
	}
	if len(e.times) > 0 {
		slices.Sort(e.times)
		fmt.Fprintf(out, "latency of an answer: p50 %v, p99 %v over %d\n", e.times[len(e.times)/2].Round(time.Microsecond), e.times[len(e.times)*99/100].Round(time.Microsecond), len(e.times))
	}
	return e.figures, nil
}

// evalRow is a question with its right answer.
type evalRow struct {
	Q            string        `json:"q"`
	Clean        string        `json:"clean"` // the same, as somebody writes it who writes well
	Lang         string        `json:"lang"`
	Chat         string        `json:"chat"`
	Kind         dialogue.Kind `json:"kind"`
	Country      string        `json:"country"`
	Topic        string        `json:"topic"`
	Also         []string      `json:"also"`
	Danger       string        `json:"danger"`
	Relevant     []string      `json:"relevant"`
	Best         *string       `json:"best"`
	Participant  *string       `json:"participant"`
	Participants []string      `json:"participants"`
	Note         string        `json:"note"`
	Context      struct {
		Country string `json:"country"`
	} `json:"context"`
	Want *evalRow `json:"want"`
}

func readRows(file string) ([]evalRow, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var rows []evalRow
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		var r evalRow
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		rows = append(rows, r)
	}
	return rows, lines.Err()
}

// evaluation asks and counts.
type evaluation struct {
	asker    *asker
	out      io.Writer
	failures bool
	times    []time.Duration
	set      string             // what is being measured
	figures  map[string]float64 // in percent, by "set/what"
}

func (e *evaluation) ask(r evalRow) answerLine {
	begin := time.Now()
	a := e.asker.answer(askLine{Q: &r.Q, Country: r.Context.Country, Chat: r.Chat})
	e.times = append(e.times, time.Since(begin))
	return a
}

func (e *evaluation) wrong(what string, r evalRow, a answerLine) {
	if !e.failures {
		return
	}
	fmt.Fprintf(e.out, "    %s: %q wanted %s %s %s %s, got %s %s %s %v %.2f\n", what, r.Q, r.Kind, r.Country, r.Topic, strings.Join(r.Relevant, ","), a.Kind, a.Country, a.Topic, a.Commitments[:min(len(a.Commitments), 6)], a.Score)
}

// share prints a count as a ratio.
func (e *evaluation) share(what string, n, of int) {
	if of > 0 {
		e.figures[e.set+"/"+what] = 100 * float64(n) / float64(of)
		fmt.Fprintf(e.out, "  %-34s %5.1f %%  (%d of %d)\n", what, 100*float64(n)/float64(of), n, of)
	}
}

// mean prints a mean of shares.
func (e *evaluation) mean(what string, sum float64, of int) {
	e.figures[e.set+"/"+what] = 100 * sum / float64(of)
	fmt.Fprintf(e.out, "  %-34s %5.1f %%\n", what, 100*sum/float64(of))
}

func (r evalRow) topicIs(topic string) bool {
	return topic == r.Topic || slices.Contains(r.Also, topic)
}

func topicOf(id string) string {
	_, topic, _ := strings.Cut(id, "/")
	return topic
}

func (e *evaluation) guidance(rows []evalRow) {
	var kind, top1, top3, country, clarify int
	wrongCountry := 0
	for _, r := range rows {
		a := e.ask(r)
		if a.Kind == dialogue.Clarify {
			clarify++
		}
		kindOK := a.Kind == dialogue.Guidance
		kind += count(kindOK)
		topicOK := kindOK && r.topicIs(a.Topic)
		top1 += count(topicOK)
		in3 := r.topicIs(a.Topic)
		for _, alt := range a.Alternatives[:min(len(a.Alternatives), 2)] {
			in3 = in3 || r.topicIs(topicOf(alt.ID))
		}
		top3 += count(in3)
		countryOK := a.Country == r.Country
		country += count(countryOK)
		if !countryOK && a.Country != "" && a.Country != "regional" {
			wrongCountry++
		}
		if !topicOK || !countryOK {
			e.wrong("guidance", r, a)
		}
	}
	e.share("kind", kind, len(rows))
	e.share("topic, first", top1, len(rows))
	e.share("topic, among the first three", top3, len(rows))
	e.share("country", country, len(rows))
	e.share("another country's answer", wrongCountry, len(rows))
	e.share("asked before answering", clarify, len(rows))
	e.twins(rows, top1)
}

// twins tells what people lose who hardly write: how many of the same questions are read right when they are written well.
func (e *evaluation) twins(rows []evalRow, asWritten int) {
	of, right := 0, 0
	for _, r := range rows {
		if r.Clean == "" {
			continue
		}
		r.Q = r.Clean
		a := e.ask(r)
		of++
		right += count(a.Kind == dialogue.Guidance && r.topicIs(a.Topic))
	}
	if of == 0 || of != len(rows) {
		return
	}
	e.share("topic, first, written well", right, of)
	gap := 100 * float64(right-asWritten) / float64(of)
	e.figures[e.set+"/gap"] = gap
	fmt.Fprintf(e.out, "  %-34s %5.1f points\n", "gap", gap)
}

func (e *evaluation) danger(rows []evalRow) {
	var dangers, found, fits, calm, alarms, topic, country int
	for _, r := range rows {
		a := e.ask(r)
		emergency := a.Kind == dialogue.Emergency
		country += count(a.Country == r.Country)
		if r.Kind == dialogue.Emergency {
			dangers++
			found += count(emergency)
			fits += count(emergency && topicOf(a.ID) == r.Danger)
			if !emergency || a.Country != r.Country {
				e.wrong("missed danger", r, a)
			}
			continue
		}
		calm++
		alarms += count(emergency)
		ok := a.Kind == r.Kind && r.topicIs(a.Topic)
		topic += count(ok)
		if !ok || a.Country != r.Country {
			e.wrong("look-alike", r, a)
		}
	}
	e.share("danger recognised", found, dangers)
	e.share("help that fits", fits, dangers)
	e.share("false alarms", alarms, calm)
	e.share("topic of look-alikes", topic, calm)
	e.share("country", country, len(rows))
}

func (e *evaluation) commitments(rows []evalRow) {
	m := retrieval{}
	for _, r := range rows {
		a := e.ask(r)
		if !m.add(r, a) {
			e.wrong("commitments", r, a)
		}
	}
	m.print(e)
}

// retrieval counts how well commitments were found.
type retrieval struct {
	n, kind             int
	recall, precision   float64
	scored, bests, best int
	sv, svOK            int
}

// add counts one question; it reports whether it was answered wholly right.
func (m *retrieval) add(r evalRow, a answerLine) bool {
	m.n++
	m.kind += count(a.Kind == dialogue.Commitments)
	ok := a.Kind == dialogue.Commitments
	var ids []string
	for _, id := range a.Commitments {
		if !slices.Contains(r.Also, id) {
			ids = append(ids, id)
		}
	}
	if len(r.Relevant) == 0 {
		m.sv++
		right := ok && !slices.ContainsFunc(ids, func(id string) bool { return !strings.HasPrefix(id, "joint-") })
		m.svOK += count(right)
		return right
	}
	first := ids[:min(len(ids), 5)]
	hits := 0
	for _, id := range first {
		hits += count(slices.Contains(r.Relevant, id))
	}
	if !ok {
		hits = 0
	}
	m.scored++
	recall := float64(hits) / float64(min(5, len(r.Relevant)))
	m.recall += recall
	if len(first) > 0 {
		m.precision += float64(hits) / float64(len(first))
	}
	if r.Best != nil {
		m.bests++
		right := ok && len(ids) > 0 && ids[0] == *r.Best
		m.best += count(right)
		ok = ok && right
	}
	return ok && recall == 1
}

func (m *retrieval) print(e *evaluation) {
	e.share("kind", m.kind, m.n)
	if m.scored > 0 {
		e.mean("recall among the first five", m.recall, m.scored)
		e.mean("precision among the first five", m.precision, m.scored)
	}
	e.share("the best one first", m.best, m.bests)
	e.share("nothing of its own, and said so", m.svOK, m.sv)
}

func (e *evaluation) offTopic(rows []evalRow) {
	var none, falseAnswers, noneOK, menu, menuOK int
	for _, r := range rows {
		a := e.ask(r)
		answered := a.Kind == dialogue.Guidance || a.Kind == dialogue.Commitments || a.Kind == dialogue.Emergency
		if r.Kind == dialogue.Menu {
			menu++
			menuOK += count(a.Kind == dialogue.Menu)
		} else {
			none++
			noneOK += count(a.Kind == dialogue.None)
		}
		falseAnswers += count(answered)
		if answered || r.Kind != "" && a.Kind != r.Kind {
			e.wrong("off-topic", r, a)
		}
	}
	e.share("false answers", falseAnswers, len(rows))
	e.share("said not to know", noneOK, none)
	e.share("small talk as such", menuOK, menu)
}

func (e *evaluation) dialogues(rows []evalRow) {
	var turns, right int
	chats := map[string]bool{}
	m := retrieval{}
	for _, r := range rows {
		a := e.ask(r)
		w := *r.Want
		w.Q = r.Q
		ok := a.Kind == w.Kind && (w.Country == "" || a.Country == w.Country || a.Country == "" && w.Country == "regional")
		switch w.Kind {
		case dialogue.Guidance:
			ok = ok && w.topicIs(a.Topic)
		case dialogue.Commitments:
			m.add(w, a)
		}
		turns++
		right += count(ok)
		if was, seen := chats[r.Chat]; !seen || was {
			chats[r.Chat] = ok
		}
		if !ok {
			e.wrong("turn of "+r.Chat, w, a)
		}
	}
	whole := 0
	for _, ok := range chats {
		whole += count(ok)
	}
	e.share("turns", right, turns)
	e.share("whole conversations", whole, len(chats))
	if m.scored > 0 {
		e.mean("recall of commitments", m.recall, m.scored)
	}
}

func (e *evaluation) languages(rows []evalRow) {
	right := 0
	for _, r := range rows {
		lang := e.asker.dialogue.Language(r.Q)
		right += count(lang == r.Lang)
		if lang != r.Lang && e.failures {
			fmt.Fprintf(e.out, "    language: %q wanted %s, got %s\n", r.Q, r.Lang, lang)
		}
	}
	e.share("language", right, len(rows))
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
