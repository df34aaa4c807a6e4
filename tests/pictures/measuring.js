// What a page tells of how it is laid out. Read by measuring.py; every function returns sentences about what is wrong.
({
  // What is cut or reaches beyond the screen (WCAG 1.4.10). What scrolls by itself, as code and wide plots may, is not cut.
  reflow() {
    const told = [];
    const wide = document.documentElement.clientWidth;
    const name = (one) => {
      const kind = typeof one.className === 'string' && one.className ? '.' + one.className.split(' ').join('.') : '';
      return `${one.tagName.toLowerCase()}${kind} “${(one.textContent || '').trim().replace(/\s+/g, ' ').slice(0, 40)}”`;
    };
    const unseen = (one) => one.closest('.vh, .skip, svg, script, [hidden]') || !one.checkVisibility({ visibilityProperty: true });
    const scrolls = (one) => {
      for (let up = one; up; up = up.parentElement) {
        if (['auto', 'scroll'].includes(getComputedStyle(up).overflowX)) return true;
      }
      return false;
    };
    if (document.documentElement.scrollWidth > wide + 1) {
      told.push(`the page scrolls sideways: ${document.documentElement.scrollWidth} of ${wide} px`);
    }
    for (const one of document.body.querySelectorAll('*')) {
      if (unseen(one) || scrolls(one)) continue;
      const box = one.getBoundingClientRect();
      const style = getComputedStyle(one);
      if (box.width && box.right > wide + 1.5) told.push(`${name(one)} ends ${Math.round(box.right - wide)} px beyond the screen`);
      const cuts = (style.overflowX !== 'visible' || style.overflowY !== 'visible') && !['TEXTAREA', 'INPUT'].includes(one.tagName);
      // The ghost of the coin is cut on purpose.
      if (!cuts || one.clientWidth <= 2 || one.querySelector(':scope > .ghost')) continue;
      if (one.scrollWidth > one.clientWidth + 2 || one.scrollHeight > one.clientHeight + 2) told.push(`${name(one)} is cut`);
    }
    return told.slice(0, 5);
  },

  // Controls, and links that are drawn as such, that are lower than this or narrower than 24 px. Other links are axe's (WCAG 2.5.8).
  small(least) {
    const told = [];
    const boxOf = (one) => {
      const box = one.getBoundingClientRect();
      const label = one.labels && one.labels[0];
      if (!label || !['checkbox', 'radio', 'file'].includes(one.type)) return box;
      const around = label.getBoundingClientRect();
      return around.height > box.height ? around : box;
    };
    for (const one of document.querySelectorAll('a.btn, a.tap, button, input:not([type=hidden]), select, textarea, summary')) {
      if (!one.checkVisibility({ visibilityProperty: true }) || one.closest('.vh, .skip') || one.disabled) continue;
      const box = boxOf(one);
      const [width, height] = [Math.round(box.width), Math.round(box.height)];
      const words = (one.textContent.trim() || one.name || '').replace(/\s+/g, ' ').slice(0, 30);
      if (height && (height < least || width < 24)) told.push(`${one.tagName.toLowerCase()} “${words}” is ${width} × ${height} px`);
    }
    return told.slice(0, 8);
  },

  // Without styles the order of the words is all there is: headings go down by one step at a time.
  headings() {
    const told = [];
    let before = 0;
    for (const one of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
      // What is to be put right, and the note of a first visit, are told before all else.
      if (one.closest('[role=alert], .first')) continue;
      const level = Number(one.tagName[1]);
      if (level > before + 1) told.push(`${one.tagName} “${one.textContent.trim().slice(0, 40)}” comes after ${before ? 'an H' + before : 'nothing'}`);
      before = level;
    }
    return told;
  },

  // Links to a place on this page that is not there.
  loose() {
    const here = location.origin + location.pathname + location.search;
    const leadsHere = (to) => to.origin + to.pathname + to.search === here && to.hash;
    return [...document.querySelectorAll('a[href*="#"]')]
      .filter((one) => leadsHere(new URL(one.href)) && !document.getElementById(decodeURIComponent(new URL(one.href).hash.slice(1))))
      .map((one) => `a link leads to ${one.getAttribute('href')}, which is not on the page`);
  },

  // What is drawn alone, and would be gone where people choose their own colours.
  lost() {
    const told = [];
    for (const one of document.querySelectorAll('a.btn, button, input:not([type=hidden], [type=file]), select, textarea')) {
      if (!one.checkVisibility({ visibilityProperty: true }) || one.closest('.vh, .skip')) continue;
      const style = getComputedStyle(one);
      const edged = ['Top', 'Left'].some((side) => style[`border${side}Style`] !== 'none' && parseFloat(style[`border${side}Width`]) > 0);
      const native = style.appearance !== 'none' || style.textDecorationLine.includes('underline');
      if (!edged && !native) told.push(`${one.tagName.toLowerCase()} “${(one.textContent.trim() || one.name || '').slice(0, 30)}” has no edge`);
    }
    for (const one of document.querySelectorAll('main svg:not(.ghost) [fill]:not([fill=none]), main svg:not(.ghost) [stroke]:not([stroke=none])')) {
      const style = getComputedStyle(one);
      if (!one.checkVisibility() || style.forcedColorAdjust !== 'none') continue;
      const paints = [one.getAttribute('fill'), one.getAttribute('stroke')].filter((paint) => /^(#|rgb)/.test(paint || ''));
      if (paints.length) told.push(`a drawing keeps its own colour ${paints[0]}`);
    }
    return [...new Set(told)].slice(0, 5);
  },

  // What moves though nothing should.
  moving() {
    return document.getAnimations().map((one) => `${one.effect.target.tagName.toLowerCase()} moves`)
      .concat([...document.querySelectorAll('*')].filter((one) => {
        const style = getComputedStyle(one);
        return [style.transitionDuration, style.animationDuration].some((all) => all.split(',').some((time) => parseFloat(time) > 0.01));
      }).map((one) => `${one.tagName.toLowerCase()}.${one.className} would move`)).slice(0, 5);
  },
})
