;; An endless loop in the start function, before anything of it is called.
;; Limit: fuel, which is set before it is instantiated.
(module
  (;rule;)
  (;check;)
  (func $start (loop $again (br $again)))
  (start $start))
