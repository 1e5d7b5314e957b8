package fakeslack

import (
	"io"
	"net/http"
	"strings"
)

// File is a file that the app sent.
type File struct {
	ID, Name, Title string
	Content         []byte
	Channel         string // where it was shown; "" while it was not
	size            int
	sent            bool
}

// Files are the files that the app showed in a channel, oldest first.
func (s *Server) Files(c *Channel) []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []File
	for _, m := range c.messages {
		for _, id := range m.Files {
			if f := s.files[id]; f != nil {
				all = append(all, *f)
			}
		}
	}
	return all
}

func (s *Server) uploadURL(p map[string]any) (reply, *apiError) {
	f := &File{ID: s.id("F"), Name: str(p, "filename"), size: number(p, "length")}
	if f.Name == "" || f.size <= 0 {
		return nil, refuse("invalid_arguments", "filename and length")
	}
	s.files[f.ID] = f
	return reply{"upload_url": s.http.URL + "/upload/" + f.ID, "file_id": f.ID}, nil
}

// serveUpload takes a file's bytes, as they are or as a form's "file".
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request, id string) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<20)
	var content []byte
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		part, _, ferr := r.FormFile("file")
		if ferr != nil {
			http.Error(w, "no file", http.StatusBadRequest)
			return
		}
		content, err = io.ReadAll(part)
	} else {
		content, err = io.ReadAll(r.Body)
	}
	if err != nil {
		http.Error(w, "cannot be read", http.StatusBadRequest)
		return
	}
	s.faulty(w, "upload", map[string]any{"file": id}, func() (reply, *apiError) {
		s.mu.Lock()
		defer s.mu.Unlock()
		f := s.files[id]
		switch {
		case f == nil:
			return nil, &apiError{code: "file_not_found", status: http.StatusNotFound}
		case len(content) != f.size:
			return nil, &apiError{code: "invalid_arguments", details: []string{"length is not what was announced"}, status: http.StatusBadRequest}
		}
		f.Content, f.sent = content, true
		return nil, nil
	})
}

func (s *Server) completeUpload(p map[string]any) (reply, *apiError) {
	list, _ := p["files"].([]any)
	var files []*File
	for _, x := range list {
		o, _ := x.(map[string]any)
		f := s.files[str(o, "id")]
		if f == nil || !f.sent {
			return nil, refuse("file_not_found")
		}
		if f.Title = str(o, "title"); f.Title == "" {
			f.Title = f.Name
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		return nil, refuse("invalid_arguments", "files")
	}
	to := str(p, "channel_id")
	if to == "" {
		to, _, _ = strings.Cut(str(p, "channels"), ",")
	}
	var shown []map[string]any
	for _, f := range files {
		shown = append(shown, map[string]any{"id": f.ID, "title": f.Title, "name": f.Name})
	}
	if to == "" {
		return reply{"files": shown}, nil
	}
	c := s.channelOf[to] // a person's id is not taken here
	if c == nil {
		return nil, refuse("channel_not_found")
	}
	if _, refused := s.target(to); refused != nil {
		return nil, refused
	}
	m := &Message{User: s.BotUser, Bot: true, Text: str(p, "initial_comment"), Thread: root(c, str(p, "thread_ts"))}
	for _, f := range files {
		f.Channel = c.ID
		m.Files = append(m.Files, f.ID)
	}
	s.add(c, m)
	return reply{"files": shown}, nil
}
