package progress

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
	"go.yaml.in/yaml/v3"

	"cobijo/knowledge/lint"
	"cobijo/knowledge/statement"
)

// Limits of a file of milestones.
const (
	maxFile       = 4 << 20
	maxTitle      = 300
	maxMilestones = 10_000
)

// yamlMilestone is a milestone as a file has it.
type yamlMilestone struct {
	Commitment string
	Date       string
	Title      struct{ ES, EN string }
	Source     string
}

// milestoneID names a milestone by what it is: the same from each import.
func milestoneID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "m" + hex.EncodeToString(sum[:8])
}

// ReadMilestones reads milestones from YAML: a list of items with commitment, date, title (es and en) and source. file is how
// faults name it, by line; known tells which commitments there are.
func ReadMilestones(data []byte, file string, known func(commitment string) bool) ([]Milestone, lint.Faults) {
	var faults lint.Faults
	if len(data) > maxFile {
		faults.Add(file, 0, "more than %d megabytes", maxFile>>20)
		return nil, faults
	}
	var items []*yamlMilestone
	var nodes []yaml.Node // the same again, for the lines
	if !lint.YAMLBytes(data, file, 0, &items, &faults) || yaml.Unmarshal(data, &nodes) != nil || len(nodes) != len(items) {
		if len(faults) == 0 {
			faults.Add(file, 1, "a list of milestones is wanted")
		}
		return nil, faults
	}
	if len(items) > maxMilestones {
		faults.Add(file, 0, "more than %d milestones", maxMilestones)
		return nil, faults
	}
	var all []Milestone
	for i, item := range items {
		if item == nil {
			faults.Add(file, nodes[i].Line, "an item without anything in it")
			continue
		}
		m := Milestone{Commitment: item.Commitment, Date: Day(item.Date), Title: statement.Text{EN: item.Title.EN, ES: item.Title.ES}, Source: item.Source}
		m.ID = milestoneID("yaml", m.Commitment, item.Date, m.Title.EN, m.Title.ES)
		m.check(file, nodes[i].Line, known, &faults)
		all = append(all, m)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return all, nil
}

func (m *Milestone) check(file string, line int, known func(string) bool, faults *lint.Faults) {
	for _, p := range m.problems(known) {
		faults.Add(file, line, "%s", p)
	}
}

// problems are what is wrong with a milestone, for an operator.
func (m *Milestone) problems(known func(string) bool) []string {
	var all []string
	switch {
	case m.Commitment == "":
		all = append(all, "a milestone names its commitment, as mx-04")
	case !known(m.Commitment):
		all = append(all, fmt.Sprintf("there is no commitment %.40q", m.Commitment))
	}
	if _, err := ParseDay(string(m.Date)); err != nil {
		all = append(all, "date: "+err.Error())
	}
	if m.Title.EN == "" || m.Title.ES == "" {
		all = append(all, "a title in both languages is wanted")
	}
	if utf8.RuneCountInString(m.Title.EN) > maxTitle || utf8.RuneCountInString(m.Title.ES) > maxTitle {
		all = append(all, fmt.Sprintf("a title has at most %d characters", maxTitle))
	}
	if strings.TrimSpace(m.Source) == "" || utf8.RuneCountInString(m.Source) > MaxEvidence {
		all = append(all, fmt.Sprintf("source says where it is written, in at most %d characters", MaxEvidence))
	}
	return all
}

// A commitment's id in a calendar stands in CATEGORIES, or at the beginning of SUMMARY as "mx-04: ".
var leadingID = regexp.MustCompile(`^([a-z]+-[0-9]+)\s*[:–—-]\s*`)

// ReadCalendar reads milestones from an iCalendar file (RFC 5545): of each event or to-do its day (DUE, else DTSTART), its SUMMARY
// as the title, its URL or DESCRIPTION as the source, and its commitment from CATEGORIES or the beginning of SUMMARY ("mx-04: …").
// Recurring ones give their first day alone. file is how faults name it, by line; known tells which commitments there are.
func ReadCalendar(data []byte, file string, known func(commitment string) bool) ([]Milestone, lint.Faults) {
	var faults lint.Faults
	if len(data) > maxFile {
		faults.Add(file, 0, "more than %d megabytes", maxFile>>20)
		return nil, faults
	}
	calendar, err := parse(data)
	if err != nil {
		faults.Add(file, 1, "no calendar: %v", err)
		return nil, faults
	}
	var all []Milestone
	lines := componentLines(data)
	n := 0
	for _, component := range calendar.Components {
		var c *ics.ComponentBase
		switch v := component.(type) {
		case *ics.VEvent:
			c = &v.ComponentBase
		case *ics.VTodo:
			c = &v.ComponentBase
		default:
			continue
		}
		line := 1
		if n < len(lines) {
			line = lines[n]
		}
		if n++; n > maxMilestones {
			faults.Add(file, line, "more than %d milestones", maxMilestones)
			return nil, faults
		}
		m := milestoneOf(c, file, known)
		m.check(file, line, known, &faults)
		all = append(all, m)
	}
	if len(all) == 0 {
		faults.Add(file, 1, "the calendar has no event and no to-do")
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return all, nil
}

// parse reads a calendar; that the library panics on a strange one is a fault of the file.
func parse(data []byte) (c *ics.Calendar, err error) {
	defer func() {
		if r := recover(); r != nil {
			c, err = nil, fmt.Errorf("it cannot be read")
		}
	}()
	return ics.ParseCalendar(bytes.NewReader(data))
}

// componentLines gives the lines on which events and to-dos begin.
func componentLines(data []byte) []int {
	var lines []int
	for i, line := range strings.Split(string(data), "\n") {
		switch strings.ToUpper(strings.TrimSpace(line)) {
		case "BEGIN:VEVENT", "BEGIN:VTODO":
			lines = append(lines, i+1)
		}
	}
	return lines
}

func milestoneOf(c *ics.ComponentBase, file string, known func(string) bool) Milestone {
	text := func(property ics.ComponentProperty) string {
		p := c.GetProperty(property)
		if p == nil {
			return ""
		}
		return strings.TrimSpace(ics.FromText(p.Value))
	}
	m := Milestone{Source: text(ics.ComponentPropertyUrl)}
	title := text(ics.ComponentPropertySummary)
	for _, p := range c.GetProperties(ics.ComponentPropertyCategories) {
		for category := range strings.SplitSeq(p.Value, ",") {
			if id := strings.ToLower(strings.TrimSpace(category)); m.Commitment == "" && known(id) {
				m.Commitment = id
			}
		}
	}
	if found := leadingID.FindStringSubmatch(strings.ToLower(title)); found != nil {
		if m.Commitment == "" {
			m.Commitment = found[1]
		}
		title = title[len(found[0]):]
	}
	m.Title = statement.Text{EN: title, ES: title}
	for _, property := range []ics.ComponentProperty{ics.ComponentPropertyDue, ics.ComponentPropertyDtStart} {
		if p := c.GetProperty(property); p != nil && m.Date == "" {
			m.Date = calendarDay(p.Value)
		}
	}
	if m.Source == "" {
		m.Source = strings.Join(strings.Fields(text(ics.ComponentPropertyDescription)), " ")
	}
	if m.Source == "" {
		m.Source = file
	}
	m.ID = milestoneID("ics", m.Commitment, text(ics.ComponentPropertyUniqueId), string(m.Date), title)
	return m
}

// calendarDay gives the day of 20261125 or 20261125T090000Z, as it is written: what zone it is in is not looked at.
func calendarDay(value string) Day {
	if len(value) < 8 {
		return Day(value)
	}
	return Day(value[:4] + "-" + value[4:6] + "-" + value[6:8])
}
