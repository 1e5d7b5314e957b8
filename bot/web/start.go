package web

import (
	"strings"

	"cobijo/knowledge/guidance"
)

// startChoice gives the choice that a link to the page names, as posters and Telegram's links name it: mx_deadlines is an entry,
// c_mx-04 a commitment. It is "" for what is not known (any more): the page then begins as always.
func (s *Server) startChoice(start string) string {
	of, what, _ := strings.Cut(start, "_")
	if of == "c" {
		if s.base.Statement.Commitment(what) == nil {
			return ""
		}
		return "commitment:" + what
	}
	if s.base.Guidance == nil || s.base.Guidance.Country(of) == nil || s.base.Guidance.Topic(what) == nil {
		return ""
	}
	return "entry:" + of + "/" + what
}

// startOf is what a link to the page names to begin with an entry.
func startOf(country, topic string) string { return country + "_" + topic }

// country gives the country of a code as people may type it, nil where there is none.
func (s *Server) country(code string) *guidance.Country {
	code = strings.ToLower(code)
	if s.base.Guidance == nil || code == guidance.Regional {
		return nil
	}
	return s.base.Guidance.Country(code)
}
