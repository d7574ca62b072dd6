;; A rule that finds nothing, from which the tests cut pieces.
;; Limit: none; it must load, so that every other file is refused for its own reason.
(module
  (;rule;)
  (;check;))
