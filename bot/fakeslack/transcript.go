package fakeslack

import (
	"fmt"
	"strings"
)

// Transcript is all that stands in a channel, as people see it: who says it, what one person alone sees, threads set in.
func (s *Server) Transcript(c *Channel) string {
	var b strings.Builder
	all := s.messages(func(_ *Channel, m *Message) bool { return m.Channel == c.ID })
	for _, m := range all {
		if m.Thread != "" && m.Thread != m.TS && has(all, m.Thread) {
			continue
		}
		s.tell(&b, m, "")
		for _, r := range all {
			if r.Thread == m.TS && r.TS != m.TS {
				s.tell(&b, r, "    ")
			}
		}
	}
	return b.String()
}

func has(all []Message, ts string) bool {
	for _, m := range all {
		if m.TS == ts {
			return true
		}
	}
	return false
}

// tell writes one message.
func (s *Server) tell(b *strings.Builder, m Message, indent string) {
	head := strings.TrimPrefix(s.nameOf(m.User), "@")
	if m.For != "" {
		head += fmt.Sprintf(" (only %s sees it)", s.nameOf(m.For))
	}
	if m.Edits > 0 {
		head += " (edited)"
	}
	lines := strings.Split(s.Show(m), "\n")
	s.mu.Lock()
	for _, id := range m.Files {
		if f := s.files[id]; f != nil {
			lines = append(lines, fmt.Sprintf("(file %s, %d bytes)", f.Name, len(f.Content)))
		}
	}
	for _, r := range m.Reactions {
		lines = append(lines, ":"+r+":")
	}
	s.mu.Unlock()
	b.WriteString(indent + head + ":\n")
	for _, line := range lines {
		b.WriteString(strings.TrimRight(indent+"  "+line, " ") + "\n")
	}
}

// Name is what a person ("@ana"), a group or a channel ("#coordination") is called, by its id; "" where there is none.
func (s *Server) Name(id string) string { return s.nameOf(id) }
