/** doc */ x: # a
 /* b */ x /* c
