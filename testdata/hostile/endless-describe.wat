;; Does not get to the end of saying what it is.
;; Limit: fuel.
(module
  (;memory;)
  (;configure;)
  (;check;)
  (func (export "keyreeve:policy/rule@1.1.0#describe") (result i32)
    (loop $again (br $again))
    (unreachable)))
