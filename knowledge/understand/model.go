package understand

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"cobijo/knowledge/lint"
	"cobijo/knowledge/statement"
)

// Classes of the topic model beside the topics.
const (
	classMenu        = "menu"        // greetings, thanks, who are you
	classOffTopic    = "offtopic"    // nothing that this assistant knows of
	classCommitments = "commitments" // what the statement's participants promised
)

// modelVersion changes when the same questions would make another model.
const modelVersion = 4

// classSafe is the class of the danger model for all that tells of no danger now.
const classSafe = "safe"

const (
	dangerPrefix = "danger-"
	safeFile     = "safe"     // lines of `topic<TAB>question` that only sound like danger
	coreFile     = "core"     // lines of `topic<TAB>question`: the shortest usual ways to ask, which weigh more
	unspokenFile = "unspoken" // lines of a language that is recognised but not spoken
)

// byEarMark stands in the comment of a weight above lines that are spelt as those write who hardly write.
const byEarMark = "written by ear"

// question is one example with what it is an example of.
type question struct {
	file  string // its path below seeds
	lang  string
	class string // a topic, one of the classes above, or dangerPrefix with a kind
	safe  bool   // it sounds like danger and is none
	core  bool   // it is among the shortest usual ways to ask
	// weight is how much it counts beside others: 1, or what a line `# weight 0.5` above it says.
	weight float32
	byEar  bool // it is misspelt, and teaches no spelling
	text   string
}

// readQuestions reads all examples below fsys; a fault names a line that is none.
func readQuestions(fsys fs.FS, topics []string, faults *lint.Faults) []question {
	var questions []question
	files, _ := fs.Glob(fsys, "questions/*/*.txt")
	for _, file := range files {
		data, err := fs.ReadFile(fsys, file)
		if err != nil {
			faults.Add(file, 0, "cannot be read: %v", err)
			continue
		}
		lang := path.Base(path.Dir(file))
		name := strings.TrimSuffix(path.Base(file), ".txt")
		known := slices.Contains(topics, name) || slices.Contains([]string{classMenu, classOffTopic, classCommitments, safeFile, coreFile, unspokenFile}, name) ||
			strings.HasPrefix(name, dangerPrefix)
		if !known {
			faults.Add(file, 0, "%q is no topic", name)
			continue
		}
		weight, byEar := float32(1), false
		lines := bufio.NewScanner(bytes.NewReader(data))
		for n := 1; lines.Scan(); n++ {
			text := strings.TrimSpace(lines.Text())
			if says, ok := strings.CutPrefix(text, "# weight "); ok {
				said := strings.TrimRight(strings.Fields(says + " ")[0], ":")
				w, err := strconv.ParseFloat(said, 32)
				if err != nil || w <= 0 || w > 10 {
					faults.Add(file, n, "a weight is a number above 0, up to 10, not %q", said)
					continue
				}
				weight, byEar = float32(w), strings.Contains(says, byEarMark)
			}
			if text == "" || text[0] == '#' {
				continue
			}
			q := question{file: file, lang: lang, class: name, text: text, weight: weight, byEar: byEar}
			if name == safeFile || name == coreFile {
				topic, rest, ok := strings.Cut(text, "\t")
				if !ok || !slices.Contains(topics, topic) {
					faults.Add(file, n, "a line is a topic, a tab and a question")
					continue
				}
				q.class, q.safe, q.core, q.text = topic, name == safeFile, name == coreFile, rest
			}
			questions = append(questions, q)
		}
	}
	return questions
}

// digests name what models were trained from.
type digests struct {
	Examples [sha256.Size]byte // the questions
	Rest     [sha256.Size]byte // the places that are masked in them, the words, and this code's version
}

// digestsOf tells too whether there are any examples below fsys.
func digestsOf(fsys fs.FS) (d digests, examples bool) {
	sum := func(files []string) [sha256.Size]byte {
		h := sha256.New()
		fmt.Fprintln(h, "model format", modelVersion)
		for _, file := range files {
			data, _ := fs.ReadFile(fsys, file)
			fmt.Fprintln(h, file, len(data))
			h.Write(data)
		}
		return [sha256.Size]byte(h.Sum(nil))
	}
	files, _ := fs.Glob(fsys, "questions/*/*.txt")
	return digests{sum(files), sum([]string{placesFile, wordsFile, "topics.yaml", "statement/participants.yaml"})}, len(files) > 0
}

// reader turns a text into words, the places that they name, and the features that the models judge it by: the same for the
// examples and for what people write.
type reader struct {
	places   *Gazetteer
	concepts *concepts
	orgs     phrases[bool] // institutions and organisations, which stand for each other in a question
}

func newReader(fsys fs.FS, s *statement.Statement, faults *lint.Faults) *reader {
	r := &reader{places: loadGazetteer(fsys, faults), concepts: loadConcepts(fsys, faults), orgs: phrases[bool]{}}
	for _, p := range s.Participants {
		if p.Kind == "country" || p.Kind == "observer" || p.Kind == "joint" {
			continue
		}
		for _, n := range slices.Concat([]string{p.Name.EN, p.Name.ES}, p.Aliases.EN, p.Aliases.ES) {
			if words := tokens(fold(n)); len(words) > 0 {
				r.orgs.add(words, true)
			}
		}
	}
	r.orgs.sort()
	return r
}

// mask writes words for the models: which place it is does not matter to the topic, that there is one may; of an
// organisation both may. It writes the words and, in step with them, what they were meant to be.
func (r *reader) mask(words, meant []string, places []Mention) (masked, maskedMeant []string) {
	both := make([]string, 2*len(words)+8) // room for either, with some for marks
	masked, maskedMeant = both[:0:len(words)+4], both[len(words)+4:len(words)+4]
	mark := func(m string) { masked, maskedMeant = append(masked, m), append(maskedMeant, m) }
	keep := func(from, to int) {
		masked, maskedMeant = append(masked, words[from:to]...), append(maskedMeant, meant[from:to]...)
	}
	for i := 0; i < len(words); {
		if len(places) > 0 && places[0].start == i {
			m := places[0]
			places = places[1:]
			switch m.Place.Kind {
			case "paper":
				keep(m.start, m.end)
			case "authority":
				mark("_office")
				keep(m.start, m.end)
			case "demonym", "other-demonym":
				mark("_people")
			default:
				mark("_place")
			}
			i = m.end
			continue
		}
		if _, n := r.orgs.at(words[i:]); n > 0 && (len(places) == 0 || i+n <= places[0].start) {
			mark("_org")
			keep(i, i+n)
			i += n
			continue
		}
		keep(i, i+1)
		i++
	}
	return masked, maskedMeant
}

// dangerOf gives the kind of danger that a class of examples tells of, "" for none.
func dangerOf(class string) string {
	kind, ok := strings.CutPrefix(class, dangerPrefix)
	if !ok {
		return ""
	}
	return kind
}
