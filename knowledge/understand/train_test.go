package understand

import (
	"bufio"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"cobijo/knowledge/lint"
	"cobijo/seeds"
)

// What the assistant is measured by is never learned from.
func TestExamplesAreNotTheTest(t *testing.T) {
	e := newEngine(t)
	tests := map[string]string{}
	files, err := filepath.Glob("testdata/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test questions: %v", err)
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			var row struct{ Q string }
			if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			tests[strings.Join(tokens(fold(row.Q)), " ")] = file
		}
		f.Close()
	}
	var faults lint.Faults
	for _, q := range readQuestions(seeds.FS, e.topics, &faults) {
		words := tokens(fold(q.text))
		// A greeting or two words are everybody's.
		if file := tests[strings.Join(words, " ")]; file != "" && len(words) > 2 {
			t.Errorf("%s: %q stands in %s too", q.file, q.text, file)
		}
	}
	if err := faults.Err(); err != nil {
		t.Error(err)
	}
}

func TestReadQuestionsNamesFaults(t *testing.T) {
	fsys := fstest.MapFS{
		"questions/es/work.txt":   {Data: []byte("# nota\npuedo trabajar\n# weight 0.5: others\nchamba\n# weight x\n")},
		"questions/es/safe.txt":   {Data: []byte("work\tya no me pegan\nsin tema\nnope\tpregunta\n")},
		"questions/es/nosuch.txt": {Data: []byte("x\n")},
	}
	var faults lint.Faults
	questions := readQuestions(fsys, []string{"work"}, &faults)
	faults.Sort()
	var got []string
	for _, f := range faults {
		got = append(got, f.Error())
	}
	want := `questions/es/nosuch.txt: "nosuch" is no topic
questions/es/safe.txt:2: a line is a topic, a tab and a question
questions/es/safe.txt:3: a line is a topic, a tab and a question
questions/es/work.txt:5: a weight is a number above 0, up to 10, not "x"`
	if strings.Join(got, "\n") != want {
		t.Errorf("faults:\n%s\nwant:\n%s", strings.Join(got, "\n"), want)
	}
	if len(questions) != 3 || questions[2].weight != 0.5 && questions[1].weight != 0.5 {
		t.Errorf("questions: %+v", questions)
	}
}

// The same examples make the same model, and it learns them.
func TestTrain(t *testing.T) {
	examples := []example{
		{features: []uint32{1, 2, 3}, class: 0, weight: 1}, {features: []uint32{3, 4, 5}, class: 1, weight: 1}, {features: []uint32{6, 7}, class: 2, weight: 1},
	}
	a, b := train(examples, 3, 30, nil), train(examples, 3, 30, nil)
	small := a.shrink([]string{"a", "b", "c"})
	p, q := make([]float32, 3), make([]float32, 3)
	for _, e := range examples {
		a.scores(e.features, normOf(len(e.features)), p)
		b.scores(e.features, normOf(len(e.features)), q)
		softmax(p)
		softmax(q)
		for c := range p {
			if p[c] != q[c] {
				t.Fatalf("two trainings differ: %v, %v", p, q)
			}
		}
		if p[e.class] < 0.8 {
			t.Errorf("class %d of %v", e.class, p)
		}
		small.scores(e.features, q)
		if d := p[e.class] - q[e.class]; d > 0.05 || d < -0.05 {
			t.Errorf("made small, the model says %v in place of %v", q, p)
		}
	}
}

// Misspelling keeps what is masked, and is the same for the same seed.
func TestHand(t *testing.T) {
	words := []string{"necesito", "abogado", "en", "_place", "para", "the", "lawyer"}
	write := func(lang string, share float64) []string {
		return newHand(lang, share, rand.New(rand.NewPCG(1, 1))).write(words)
	}
	a, b := write("es", 1), write("es", 1)
	if strings.Join(a, " ") != strings.Join(b, " ") {
		t.Errorf("%v, %v", a, b)
	}
	if !strings.Contains(strings.Join(a, " "), "_place") || strings.Join(a, " ") == strings.Join(words, " ") {
		t.Errorf("misspelt: %v", a)
	}
	if c := write("en", 0); strings.Join(c, " ") != strings.Join(words, " ") {
		t.Errorf("without noise: %v", c)
	}
}
