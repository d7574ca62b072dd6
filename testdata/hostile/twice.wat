;; Exports one kind of fact in two versions, to be judged by one and to pass by the other.
;; Limit: each interface once.
(component
  (instance $any)
  (export "keyreeve:policy/rule@1.1.0" (instance $any))
  (export "keyreeve:policy/keys@1.1.0" (instance $any))
  (export "keyreeve:policy/keys@1.0.1" (instance $any)))
