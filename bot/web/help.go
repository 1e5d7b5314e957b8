package web

import (
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"cobijo/knowledge/guidance"
)

// The kinds of contacts, in the order in which they are shown: whoever is in danger now reads no further than the first.
const (
	kindEmergency = "emergency"
	kindOther     = "other" // what has no heading of its own
)

var contactKinds = []string{
	kindEmergency, "hotline", "authority", "unhcr", "un", "ombuds", "legal-aid", "ngo", "shelter", "health", "consulate", kindOther,
}

func kindOf(c *guidance.Contact) string {
	if slices.Contains(contactKinds, c.Kind) {
		return c.Kind
	}
	return kindOther
}

// contactAge is how old what is known of a contact may be before the page says to confirm it.
const contactAge = 365 * 24 * time.Hour

// contact is an office or a line as the page shows it.
type contact struct {
	Name, City, Address string
	Phones              []phone
	WhatsApp            linked
	Email               string
	Hours               string
	Languages           string
	Page                linked
	Sources             []source
	Date                string
	Old                 bool // or without a date: to be confirmed
}

// phone is a number to press.
type phone struct {
	linked
	Note string
}

// source is where something was found.
type source struct {
	linked
	Title, Date string
	Country     string
}

// contactGroup is the contacts of one kind.
type contactGroup struct {
	ID, Title string
	Contacts  []contact
}

// helpPage is whom people in a country can turn to.
type helpPage struct {
	Country *guidance.Country
	Name    string
	Path    string
	Kind    string // what the list is narrowed to
	Kinds   []option
	Groups  []contactGroup
	N       int
	Pack    template.URL
}

// helpList is the countries, each with the numbers for an emergency, and whom one can turn to from everywhere.
type helpList struct {
	Countries []helpCountry
	Groups    []contactGroup
}

type helpCountry struct {
	linked
	Flag   string
	N      int
	Urgent []contact
}

func (s *Server) helpCountries(w http.ResponseWriter, r *http.Request) {
	p := s.reading(w, r, "web_h_list_title")
	var l helpList
	for _, c := range p.countries() {
		one := helpCountry{linked: linked{c.Name.In(p.Lang), link("/help/"+c.Code, nil)}, Flag: c.Flag, N: len(s.base.Guidance.Contacts(c.Code))}
		for _, g := range p.contacts(c.Code, kindEmergency) {
			one.Urgent = append(one.Urgent, g.Contacts...)
		}
		l.Countries = append(l.Countries, one)
	}
	for _, g := range p.contacts(guidance.Regional, "") {
		if g.ID != kindEmergency {
			l.Groups = append(l.Groups, g)
		}
	}
	p.Body = l
	s.show(w, r, http.StatusOK, "helplist.html", p)
}

func (s *Server) help(w http.ResponseWriter, r *http.Request) {
	c := s.country(r.PathValue("country"))
	if c == nil {
		s.notFound(w, r)
		return
	}
	p := s.reading(w, r, "web_h_title")
	p.Title += " · " + c.Name.In(p.Lang)
	h := helpPage{Country: c, Name: c.Name.In(p.Lang), Path: "/help/" + c.Code}
	if s.options.Pack != nil {
		h.Pack = link("/pack/"+c.Code, nil)
	}
	all := p.contacts(c.Code, "")
	kind := r.URL.Query().Get("kind")
	for _, g := range all {
		h.Kinds = append(h.Kinds, option{g.ID, g.Title, g.ID == kind})
		if g.ID == kind {
			h.Kind = kind
		}
	}
	for _, g := range all {
		// The numbers for an emergency stay, whatever else is looked for.
		if h.Kind == "" || g.ID == h.Kind || g.ID == kindEmergency {
			h.Groups = append(h.Groups, g)
		}
		if h.Kind == "" || g.ID == h.Kind {
			h.N += len(g.Contacts)
		}
	}
	p.Indexed = h.Kind == ""
	p.Body = h
	s.show(w, r, http.StatusOK, "help.html", p)
}

// reading begins a page to read and to print. A language that is asked for holds for the next pages too.
func (s *Server) reading(w http.ResponseWriter, r *http.Request, title string) *page {
	lang := s.language(r)
	s.remember(w, r, lang)
	p := s.page(r, lang)
	p.Title, p.Reading, p.Indexed = p.T(title), true, true
	return p
}

// countries are those that there is guidance for, by their names in the page's language.
func (p *page) countries() []*guidance.Country {
	var all []*guidance.Country
	if p.server.base.Guidance == nil {
		return nil
	}
	for _, c := range p.server.base.Guidance.Countries {
		if c.Code != guidance.Regional {
			all = append(all, p.server.base.Guidance.Country(c.Code))
		}
	}
	slices.SortStableFunc(all, func(a, b *guidance.Country) int { return cmp.Compare(a.Name.In(p.Lang), b.Name.In(p.Lang)) })
	return all
}

// contacts gives a country's contacts by kind, or those of one kind.
func (p *page) contacts(country, kind string) []contactGroup {
	if p.server.base.Guidance == nil {
		return nil
	}
	var groups []contactGroup
	for _, k := range contactKinds {
		g := contactGroup{ID: k, Title: p.T(message("web_h_kind_", k))}
		for _, c := range p.server.base.Guidance.Contacts(country) {
			if kindOf(c) == k && (kind == "" || kind == k) {
				g.Contacts = append(g.Contacts, p.contact(c))
			}
		}
		if len(g.Contacts) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

func (p *page) contact(c *guidance.Contact) contact {
	one := contact{
		Name: c.Name.In(p.Lang), City: c.City, Address: c.Address, Email: c.Email, Hours: c.Hours.In(p.Lang), Date: p.date(c.AsOf),
		// Nobody in danger is to confirm a number before calling it.
		Old: c.Kind != kindEmergency && !c.CheckedWithin(contactAge, p.server.options.Now()),
	}
	for _, n := range c.Phones {
		one.Phones = append(one.Phones, phone{linked{n.Number, tel(n.Dial)}, n.Note.In(p.Lang)})
	}
	if c.WhatsApp != "" {
		one.WhatsApp = linked{c.WhatsApp, template.URL("https://wa.me/" + url.PathEscape(strings.TrimPrefix(c.WhatsApp, "+")))} //nolint:gosec // escaped
	}
	if c.URL != "" {
		one.Page = linked{bare(c.URL), external(c.URL)}
	}
	var languages []string
	for _, l := range c.Languages {
		languages = append(languages, p.T("web_lang_"+l))
	}
	one.Languages = strings.Join(languages, ", ")
	for _, s := range c.Sources {
		one.Sources = append(one.Sources, p.source(s))
	}
	return one
}

func (p *page) source(s *guidance.Source) source {
	return source{linked: linked{s.Publisher, external(s.URL)}, Title: s.Title, Date: p.date(s.AsOf)}
}

// tel is what a telephone dials on a press. A star stays as it is, for not every telephone undoes an escape; "#" must be one.
func tel(dial string) template.URL {
	return template.URL("tel:" + strings.ReplaceAll(url.PathEscape(dial), "%2A", "*")) //nolint:gosec // escaped
}

// external lets an address lead to a page of the web, and to nothing else.
func external(address string) template.URL {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return ""
	}
	return template.URL(u.String()) //nolint:gosec // a web address
}

// bare is an address as people write it on paper.
func bare(address string) string {
	_, rest, found := strings.Cut(address, "://")
	if !found {
		return address
	}
	return strings.TrimSuffix(strings.TrimPrefix(rest, "www."), "/")
}
