// Package lint names what is wrong in content files, by file and line, for editors who are no programmers.
package lint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Fault is one thing that is wrong in one file.
type Fault struct {
	File string // path below the content's root
	Line int    // from 1; 0 where the whole file is meant
	Text string // what is wrong, as a sentence for an editor
}

// Error says the fault as `file:line: what is wrong`.
func (f Fault) Error() string {
	if f.Line == 0 {
		return f.File + ": " + f.Text
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text)
}

// Faults collects what is wrong; the zero value is ready.
type Faults []Fault

// Add notes a fault; format and args are as in fmt.Sprintf.
func (fs *Faults) Add(file string, line int, format string, args ...any) {
	*fs = append(*fs, Fault{File: file, Line: line, Text: fmt.Sprintf(format, args...)})
}

// Sort orders the faults by file, line and text.
func (fs Faults) Sort() {
	slices.SortFunc(fs, func(a, b Fault) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return strings.Compare(a.Text, b.Text)
	})
}

// Err joins the faults to one error, nil where there are none.
func (fs Faults) Err() error {
	errs := make([]error, len(fs))
	for i, f := range fs {
		errs[i] = f
	}
	return errors.Join(errs...)
}

// The decoder puts the line in its messages ("line 3: field x not found in type y", "yaml: line 3: …").
var yamlLine = regexp.MustCompile(`(?:yaml: )?line (\d+): `)

// YAML reads one YAML document strictly into v: an unknown or doubled field is a fault. What is wrong is added to faults;
// it reports whether the file could be used.
func YAML(fsys fs.FS, file string, v any, faults *Faults) bool {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		faults.Add(file, 0, "cannot be read: %v", err)
		return false
	}
	return YAMLBytes(data, file, 0, v, faults)
}

// YAMLBytes is YAML for text that begins after line offset of file.
func YAMLBytes(data []byte, file string, offset int, v any, faults *Faults) bool {
	dec := yaml.NewDecoder(bytes.NewReader(lines(data)))
	dec.KnownFields(true)
	err := dec.Decode(v)
	if errors.Is(err, io.EOF) {
		return true
	}
	if err == nil {
		var more yaml.Node // what stands after a line of three dashes would be left out in silence
		switch err = dec.Decode(&more); {
		case errors.Is(err, io.EOF):
			return true
		case err == nil:
			faults.Add(file, more.Line+offset, "a second document begins here: take out the line of three dashes before it")
			return false
		}
	}
	messages := []string{err.Error()}
	if te := (*yaml.TypeError)(nil); errors.As(err, &te) {
		messages = te.Errors
	}
	for _, m := range messages {
		line := 1 + offset // the decoder leaves the line out where it is the first
		if at := yamlLine.FindStringSubmatchIndex(m); at != nil {
			n, _ := strconv.Atoi(m[at[2]:at[3]])
			line, m = n+offset, m[:at[0]]+m[at[1]:]
		}
		faults.Add(file, line, "%s", strings.TrimPrefix(m, "yaml: "))
	}
	return false
}

// breaks are what YAML takes for the end of a line beside a newline, and an editor's count of lines does not.
var breaks = regexp.MustCompile("\r[^\n]|\r$|\u0085|\u2028|\u2029")

// lines makes spaces of them, so that a fault names the line that an editor shows.
func lines(data []byte) []byte {
	if !breaks.Match(data) {
		return data
	}
	for _, b := range []string{"\u0085", "\u2028", "\u2029"} {
		data = bytes.ReplaceAll(data, []byte(b), []byte(" "))
	}
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(data, []byte("\r"), []byte(" "))
}

// Present gives the items of a list that a file holds, without those that say nothing (a dash alone), each of which is a fault.
func Present[T any](fsys fs.FS, file string, items []*T, faults *Faults) []*T {
	if !slices.Contains(items, nil) {
		return items
	}
	var root yaml.Node
	data, _ := fs.ReadFile(fsys, file) // it was read before
	_ = yaml.Unmarshal(data, &root)    // likewise
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		for _, c := range n.Content {
			if n.Kind == yaml.SequenceNode && c.Tag == "!!null" {
				faults.Add(file, c.Line, "an item without anything in it")
			}
			walk(c)
		}
	}
	walk(&root)
	return slices.DeleteFunc(items, func(item *T) bool { return item == nil })
}

// LineOf gives the first line of data that holds the text, counted from 1; 0 where none does. A line that holds it as a whole
// word goes before one that holds it within a longer word, as ids begin like others.
func LineOf(data []byte, text string) int {
	at, first := 0, -1
	for text != "" {
		i := bytes.Index(data[at:], []byte(text))
		if i < 0 {
			break
		}
		start, end := at+i, at+i+len(text)
		if first < 0 {
			first = start
		}
		if (start == 0 || !inWord(data[start-1]) || !inWord(text[0])) && (end == len(data) || !inWord(data[end]) || !inWord(text[len(text)-1])) {
			first = start
			break
		}
		at = start + 1
	}
	if first < 0 {
		return 0
	}
	return bytes.Count(data[:first], []byte("\n")) + 1
}

func inWord(b byte) bool {
	return b == '-' || b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z'
}
